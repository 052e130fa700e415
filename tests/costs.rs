//! What operations may cost, in bytes and in questions to the host: numbers that
//! are the same on every machine. Times are rows of the benchmarks.

use access_control::*;
use std::cell::Cell;
use testkit::heap::{Refuse, count, counted, reset, uncounted};
use testkit::{Bytes, StreamError};

testkit::failing_heap!();

/// Whatever is asked for is there, and each question is counted.
#[derive(Default)]
struct Plenty {
    asked: Cell<usize>,
    instances: Cell<u16>,
}

impl Plenty {
    fn yes(&self) -> Result<bool, Error> {
        self.asked.set(self.asked.get() + 1);
        Ok(true)
    }
}

impl Host for &Plenty {
    fn is_object_registered(&self, _: Oid) -> Result<bool, Error> {
        self.yes()
    }

    fn is_instance_present(&self, _: Oid, iid: Iid) -> Result<bool, Error> {
        Ok(self.yes()? && iid < self.instances.get())
    }

    fn is_server_known(&self, _: Ssid) -> Result<bool, Error> {
        self.yes()
    }

    fn single_server(&self) -> Option<Ssid> {
        None
    }

    fn list_instances(&self, _: Oid, found: &mut Ids) -> Result<(), Error> {
        self.yes()?;
        (0..self.instances.get()).try_for_each(|iid| found.insert(iid))
    }

    fn list_accounts(&self, found: &mut Ids) -> Result<(), Error> {
        self.yes()?;
        (1..4).try_for_each(|ssid| found.insert(ssid))
    }

    fn remove_instance(&self, _: Oid, _: Iid) -> Result<(), Error> {
        Err(Error::Host)
    }

    fn changed(&self, _: Change) {}
}

/// Where each look-up begins at the front, fewer are many.
const MANY: u16 = if cfg!(access_control_small) {
    2_000
} else {
    60_000
};

fn plenty() -> Plenty {
    reset();
    let host = Plenty::default();
    host.instances.set(MANY);
    host
}

/// Bytes that are held now.
fn held() -> usize {
    usize::try_from(count().held).expect("nothing else is given back")
}

/// A state of one instance, owned by server 1, with so many entries.
fn one_acl(entries: u16) -> Vec<u8> {
    let mut bytes = b"ACO\x01\0\0\0\x01\0\x03\0\0\0\0\0\x01\x01".to_vec();
    bytes.extend(u32::from(entries).to_be_bytes());
    for ssid in 1..=entries {
        bytes.extend([0, 1]);
        bytes.extend(ssid.to_be_bytes());
    }
    bytes
}

/// A stream whose own memory does not count.
struct Quiet(Bytes);

impl Source for Quiet {
    type Error = StreamError;

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), StreamError> {
        uncounted(|| self.0.read(buffer))
    }
}

#[test]
fn the_same_entry_written_a_million_times_costs_as_one() {
    let host = plenty();
    let engine = Engine::new(&host);
    counted(Refuse::Nothing, || {
        engine.set_acl(3, 0, 1, 1).expect("valid");
        engine.begin().expect("none is open");
        let before = held();
        for n in 0..1_000_000 {
            let write = Edit::Write(RID_ACL, 1, n % 32);
            engine.edit(0, write).expect("in range");
        }
        let kept = held() - before;
        uncounted(|| println!("{kept} bytes kept"));
        assert!(kept <= 4 * 1024, "{kept}");
        engine.rollback().expect("one is open");
        assert!(held() <= before && count().foreign == 0);
    });
}

#[test]
fn owner_writes_do_not_copy_the_acl() {
    let host = plenty();
    let engine = Engine::new(&host);
    let entries = if cfg!(access_control_small) {
        4_000
    } else {
        65_534
    };
    let mut file = Quiet(Bytes::from(&one_acl(entries)));
    counted(Refuse::Nothing, || {
        engine.restore(&mut file).expect("as a device writes it");
        let before = held();
        engine.begin().expect("none is open");
        for n in 0..1_000 {
            let write = Edit::Write(RID_OWNER, 0, 1 + n % 3);
            engine.edit(0, write).expect("in range");
        }
        let kept = held() - before;
        uncounted(|| println!("{kept} bytes kept"));
        // On bare metal the state is copied, once.
        assert!(kept <= 4 * 1024 * 1024, "{kept}");
        if !cfg!(access_control_small) {
            assert!(kept <= 4 * 1024, "{kept}");
        }
        engine.commit().expect("valid");
    });
}

#[test]
fn validation_asks_for_each_server_and_target_once() {
    let host = plenty();
    let engine = Engine::new(&host);
    for iid in 0..2 {
        for ssid in 1..=100 {
            engine.set_acl(3, iid, ssid, 1).expect("valid");
        }
    }
    engine.begin().expect("none is open");
    for n in 0..10_000 {
        let write = Edit::Write(RID_ACL, 1 + n / 2 % 100, 3);
        engine.edit(n % 2, write).expect("in range");
    }
    host.asked.set(0);
    engine.validate().expect("all of them are there");
    let asked = host.asked.take();
    println!("{asked} questions");
    assert!(asked <= 100 + 2 * 2, "{asked}");
    engine.commit().expect("validated");
    assert_eq!(host.asked.take(), 0, "nothing has happened since");
}

#[test]
fn room_is_given_back() {
    let host = plenty();
    let engine = Engine::new(&host);
    counted(Refuse::Nothing, || {
        for iid in 0..MANY {
            engine.set_acl(3, iid, 1, 1).expect("valid");
        }
        let full = held();
        host.instances.set(120);
        let change = ObjectChange {
            oid: 3,
            created: &[],
        };
        engine
            .sync(SSID_BOOTSTRAP, [change].into_iter())
            .expect("listed");
        let left = held();
        uncounted(|| println!("{full} bytes, then {left}"));
        assert_eq!(engine.next_instance(Some(119)), None);
        assert!(left <= 32 * 1024 && full > left, "{left}");
    });
}

/// The bytes of a hostile file do not cost more than they are.
#[test]
fn a_restored_file_costs_a_small_multiple_of_its_bytes() {
    // Entries in falling order, each twice at that.
    let entries: u16 = 4_000;
    let mut file = b"ACO\x01\0\0\0\x01\0\x03\0\0\0\0\0\x01\x01".to_vec();
    file.extend(u32::from(entries).to_be_bytes());
    for n in 0..entries {
        file.extend([0, 1]);
        file.extend((entries - n).to_be_bytes());
    }
    let host = plenty();
    let engine = Engine::new(&host);
    let length = file.len();
    let mut file = Quiet(Bytes::from(&file));
    counted(Refuse::Nothing, || {
        engine.restore(&mut file).expect("sorted");
    });
    let peak = usize::try_from(count().peak).expect("something was taken");
    println!("{length} bytes read, {peak} taken");
    assert!(peak <= 12 * length + 16 * 1024, "{peak}");
}

#[test]
fn provisioning_asks_for_each_object_and_server_once() {
    let host = plenty();
    let engine = Engine::new(&host);
    let objects = if cfg!(access_control_small) {
        300
    } else {
        3_000
    };
    let grants = (0..2 * objects).map(|n| Provision {
        oid: 3 + n % objects,
        iid: 0,
        ssid: 1 + n % 3,
        mask: 1,
        owner: 2,
    });
    host.instances.set(1);
    engine
        .provision(grants.collect::<Vec<_>>().into_iter())
        .expect("valid");
    let asked = host.asked.take();
    println!("{asked} questions");
    assert_eq!(asked, 2 * usize::from(objects) + 3);
}

/// In the order of targets, and in no order; and what a transaction takes beside it.
#[test]
fn an_instance_takes_forty_bytes_at_most() {
    for stride in [1, 7_919] {
        let host = plenty();
        let engine = Engine::new(&host);
        let instances = MANY / 4;
        counted(Refuse::Nothing, || {
            for n in 0..u32::from(instances) {
                let iid = (n * stride % u32::from(instances)) as Iid;
                engine.set_acl(3, iid, 0, 1).expect("a default entry");
                engine.set_acl(3, iid, 2, 15).expect("an own entry");
            }
        });
        let each = held() / usize::from(instances);
        assert_eq!(
            engine.next_instance(Some(instances - 2)),
            Some(instances - 1)
        );
        reset();
        counted(Refuse::Nothing, || {
            engine.begin().expect("none is open");
            let write = Edit::Write(RID_ACL, 2, 1);
            engine.edit(5, write).expect("instance 5 has an ACL");
            engine.commit().expect("valid");
        });
        let (kept, peak) = (count().held, count().peak);
        println!("stride {stride}: {each} bytes each; a transaction: {peak} at most, {kept} kept");
        assert!(each <= 40, "{each}");
        // On bare metal it has a copy of the rows.
        let copy = if cfg!(access_control_small) {
            40 * isize::from(instances as i16)
        } else {
            4 * 1024
        };
        assert!(peak <= copy, "{peak}");
        assert_eq!(kept, 0);
    }
}

/// What is restored takes no more than its rows and a little room to grow.
#[test]
fn a_restored_state_takes_what_its_rows_take() {
    for count in [10_u16, 100, 1_000] {
        let mut file = b"ACO\x01\0\0".to_vec();
        file.extend(count.to_be_bytes());
        for iid in 0..count {
            for id in [3, iid, iid, 1] {
                file.extend(u16::to_be_bytes(id));
            }
            file.extend([1, 0, 0, 0, 2, 0, 1, 0, 1, 0, 3, 0, 2]);
        }
        let host = plenty();
        let engine = Engine::new(&host);
        let mut file = Quiet(Bytes::from(&file));
        counted(Refuse::Nothing, || {
            engine.restore(&mut file).expect("as a device writes it");
        });
        let each = held() / usize::from(count);
        println!(
            "{count}: {each} bytes each, {} more in the engine",
            size_of_val(&engine)
        );
        // Two rows and one for each entry, of eight bytes, where there is little code.
        let most = if cfg!(access_control_small) { 40 } else { 32 };
        assert!(each <= most, "{count}: {each}");
    }
}

/// What a synchronisation without memory has found to be gone may be back when the
/// next one comes.
#[test]
fn a_failed_synchronisation_leaves_nothing_to_the_next() {
    let host = plenty();
    let engine = Engine::new(&host);
    engine.set_acl(3, 0, 1, 15).expect("valid");
    host.instances.set(0);
    let created: Vec<Iid> = (1..1000).collect();
    let change = |oid, created| [ObjectChange { oid, created }].into_iter();
    let failed = counted(Refuse::From(0), || engine.sync(1, change(3, &created)));
    assert_eq!(failed, Err(Error::NoMemory));
    host.instances.set(1);
    engine.sync(1, change(5, &[])).expect("nothing has gone");
    assert_eq!(engine.next_instance(None), Some(0), "its Instance is there");
}
