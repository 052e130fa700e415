//! Promises that random sequences of few instances do not put to the test: among
//! many instances, of a host that answers oddly, and about what is left in memory.

use access_control::*;
use std::cell::{Cell, RefCell};
use testkit::heap::{Refuse, count, counted, reset};
use testkit::nested::{At, nested};
use testkit::ops::{Op, dump};
use testkit::{Bytes, Client, StreamError, persisted};

testkit::failing_heap!();

const OID: Oid = 1234;

fn grant(iid: Iid) -> Provision {
    Provision {
        oid: OID,
        iid,
        ssid: 1,
        mask: 3,
        owner: 2,
    }
}

fn client_with(instances: u16) -> Client {
    let iids: Vec<Iid> = (0..instances).collect();
    Client::new(&[1, 2], &[(OID, &iids)])
}

fn tell(engine: &Engine<&Client>, oid: Oid) -> Result<(), Error> {
    let change = ObjectChange { oid, created: &[] };
    engine.sync(SSID_BOOTSTRAP, [change].into_iter())
}

/// Numbers that look random.
fn random(seed: u32) -> impl FnMut() -> u32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state >> 3
    }
}

/// A roll-back puts back rows where others have come in between, and cannot ask
/// for room: the chunks that were split meanwhile have to have it.
#[test]
fn a_rollback_among_many_needs_no_memory() {
    // Where each look-up begins at the front, fewer are many.
    const ALL: u16 = if cfg!(access_control_small) {
        650
    } else {
        2600
    };
    let client = client_with(ALL);
    for seed in 1..=if cfg!(access_control_small) { 3 } else { 20 } {
        let mut roll = random(seed);
        let engine = Engine::new(&client);
        let density = 2 + roll() % 7;
        let there: Vec<Iid> = (0..ALL).filter(|_| roll() % 8 < density).collect();
        let grants = there.iter().map(|iid| grant(*iid));
        engine.provision(grants).expect("valid");
        let before = persisted(&engine);
        engine.begin().expect("none is open");
        for _ in 0..6 {
            // Some go and their neighbours come; all of it in one place, to fill it.
            let from = (roll() % u32::from(ALL)) as u16;
            let window = from..(from + ALL / 3).min(ALL);
            let mut previous = None;
            while let Some(iid) = engine.next_instance(previous) {
                previous = Some(iid);
                let is_there = engine
                    .read(iid, RID_OIID, 0)
                    .is_ok_and(|iid| window.contains(&iid));
                if is_there && roll() % 2 == 0 {
                    engine.edit(iid, Edit::Remove).expect("it exists");
                }
            }
            for iid in window {
                for ssid in 0..(roll() % 4) as u16 {
                    engine.set_acl(OID, iid, ssid, 1).expect("valid");
                }
            }
        }
        let rolled_back = counted(Refuse::From(0), || engine.rollback());
        assert_eq!(rolled_back, Ok(()), "seed {seed}");
        assert!(persisted(&engine) == before, "seed {seed}: another state");
    }
}

/// The same where it is tightest: as many as fit into one chunk, however many that
/// is, go, and a few more come right before them, the last of them first.
#[test]
fn a_rollback_into_the_place_of_others_needs_no_memory() {
    const BEFORE: u16 = 4000;
    let client = client_with(9000);
    // The other table has no chunks, and is slow with so many.
    let sizes = match cfg!(access_control_small) {
        true => &[64, 85][..],
        false => &[64, 85, 128, 170, 256, 341, 512, 1024, 2048],
    };
    for &size in sizes {
        let engine = Engine::new(&client);
        // Each with the Instance ID of its target.
        let own = |iid: Iid| engine.set_owner(OID, iid, 2, &mut { iid });
        (BEFORE..9000).try_for_each(own).expect("valid");
        let before = persisted(&engine);
        engine.begin().expect("none is open");
        for iid in BEFORE..BEFORE + size {
            engine.edit(iid, Edit::Remove).expect("it exists");
        }
        (0..size + 3).rev().try_for_each(own).expect("valid");
        let rolled_back = counted(Refuse::From(0), || engine.rollback());
        assert_eq!(rolled_back, Ok(()), "{size}");
        assert!(persisted(&engine) == before, "{size}: another state");
    }
}

/// Lists no Instance; asked about one, it says this.
struct Forgetful<'a>(&'a Client, Cell<Result<bool, Error>>);

impl Host for &Forgetful<'_> {
    fn is_object_registered(&self, oid: Oid) -> Result<bool, Error> {
        self.0.is_object_registered(oid)
    }
    fn is_instance_present(&self, _: Oid, _: Iid) -> Result<bool, Error> {
        self.1.get()
    }
    fn is_server_known(&self, ssid: Ssid) -> Result<bool, Error> {
        (&self.0).is_server_known(ssid)
    }
    fn single_server(&self) -> Option<Ssid> {
        (&self.0).single_server()
    }
    fn list_instances(&self, _: Oid, _: &mut Ids) -> Result<(), Error> {
        Ok(())
    }
    fn list_accounts(&self, found: &mut Ids) -> Result<(), Error> {
        (&self.0).list_accounts(found)
    }
    fn remove_instance(&self, oid: Oid, iid: Iid) -> Result<(), Error> {
        (&self.0).remove_instance(oid, iid)
    }
    fn changed(&self, change: Change) {
        (&self.0).changed(change);
    }
}

/// What a list leaves out is asked about; only a clear answer makes it gone.
#[test]
fn only_what_is_known_to_be_gone_is_gone() {
    let client = client_with(2);
    for (answer, stays) in [
        (Ok(true), true),
        (Err(Error::Host), true),
        (Err(Error::NoMemory), true),
        (Ok(false), false),
    ] {
        let host = Forgetful(&client, Cell::new(Ok(true)));
        let engine = Engine::new(&host);
        engine.set_acl(OID, 1, 1, 3).expect("valid");
        host.1.set(answer);
        let change = ObjectChange {
            oid: OID,
            created: &[],
        };
        let _ = engine.sync(SSID_BOOTSTRAP, [change].into_iter());
        assert_eq!(engine.next_instance(None).is_some(), stays, "{answer:?}");
    }
}

/// Looking at everything finds what telling of every Object does, whatever has gone
/// and nobody was told of; inside a transaction, too.
#[test]
fn looking_at_everything_finds_all_that_has_gone() {
    const OBJECTS: [Oid; 5] = [1, 3, 7, OID, 5678];
    let look = |seed: u32, told: bool| {
        let mut roll = random(seed);
        let client = Client::new(&[1, 2, 3], &OBJECTS.map(|oid| (oid, &[0, 1, 2, 3][..])));
        let engine = Engine::new(&client);
        for _ in 0..24 {
            let grant = Provision {
                oid: OBJECTS[roll() as usize % 5],
                iid: [0, 1, 2, 3, MAX_ID][roll() as usize % 5],
                ssid: (roll() % 4) as u16,
                mask: 0,
                owner: [1, 2, 3, SSID_BOOTSTRAP][roll() as usize % 4],
            };
            engine.provision([grant].into_iter()).expect("valid");
        }
        for _ in 0..roll() % 12 {
            client.take(OBJECTS[roll() as usize % 5], (roll() % 4) as u16);
        }
        if roll() % 2 == 0 {
            client
                .objects
                .borrow_mut()
                .remove(&OBJECTS[roll() as usize % 5]);
        }
        for ssid in 1..4 {
            if roll() % 3 == 0 {
                client.take(0, ssid);
            }
        }
        if roll() % 4 == 0 {
            client
                .unlistable
                .borrow_mut()
                .insert([0, OID][roll() as usize % 2]);
        }
        let is_within = roll() % 2 == 0 && engine.begin().is_ok();
        client.changes.take();
        let before = dump(&engine);
        let result = match told {
            true => {
                let oids = OBJECTS.into_iter().chain([OID_ACCESS_CONTROL]);
                let changes = oids.map(|oid| ObjectChange { oid, created: &[] });
                engine.sync(SSID_BOOTSTRAP, changes)
            }
            false => engine.sync_all(),
        };
        if is_within {
            engine.commit().expect("it validates");
        }
        assert!(result.is_ok() || dump(&engine) == before, "seed {seed}");
        let objects = client.objects.take();
        (result, dump(&engine), client.changes.take(), objects)
    };
    let mut differing = 0;
    for seed in 0..300 {
        let looked = look(seed, false);
        assert!(looked == look(seed, true), "seed {seed}");
        differing += usize::from(!looked.2.is_empty());
    }
    assert!(differing > 100, "{differing}");
}

/// Restoring asks whether Objects are registered, and the answer may begin a
/// transaction: nothing is restored into that.
#[test]
fn nothing_is_restored_into_a_transaction_that_an_answer_opened() {
    let engine = nested(client_with(2), At::Everything);
    engine.set_acl(OID, 0, 1, 3).expect("valid");
    let (before, was_modified) = (dump(&*engine), engine.is_modified());
    let file = b"ACO\x01\0\0\0\x01\x04\xd2\0\x05\0\x01\0\x02\0";
    engine.host().0.start([(1, Op::Begin)].into());
    let restored = engine.restore(&mut Bytes::from(file));
    assert_eq!(restored, Err(StreamError::Engine(Error::Busy)));
    assert_eq!(dump(&*engine), before);
    assert_eq!(engine.rollback(), Ok(()), "the answer opened it");
    assert_eq!(dump(&*engine), before);
    assert_eq!(engine.is_modified(), was_modified);
}

/// Whoever observes Object 2 hears of grants as of single ones.
#[test]
fn provisioning_is_told() {
    let client = client_with(3);
    let engine = Engine::new(&client);
    engine.set_acl(OID, 0, 1, 1).expect("valid");
    client.changes.take();
    engine.provision([grant(0)].into_iter()).expect("valid");
    let mut told = client.changes.take();
    told.retain(|change| *change != Change::Resource(0, RID_OWNER));
    assert_eq!(told, [Change::Resource(0, RID_ACL)], "an entry");
    engine
        .provision([grant(1), grant(2)].into_iter())
        .expect("valid");
    assert!(
        client.changes.take().contains(&Change::Instances),
        "new instances"
    );
}

/// Removing what nobody can reach is told.
#[test]
fn an_orphan_that_is_removed_is_told() {
    let client = client_with(2);
    let engine = Engine::new(&client);
    engine.set_owner(OID, 1, 2, &mut { MAX_ID }).expect("valid");
    assert!(client.take(0, 2) && client.take(1, 2));
    client.changes.take();
    tell(&engine, 0).expect("it can be listed");
    assert!(!client.has(OID, 1));
    assert_eq!(client.changes.take(), [Change::Instances]);
}

/// What a fresh engine with the same state holds, twice, and a constant: of the
/// table with few instances a small one, above which nothing is seen.
const CONSTANT: isize = if cfg!(access_control_small) {
    512
} else {
    32 << 10
};

fn held<T>(run: impl FnOnce() -> T) -> (T, isize) {
    let before = count().held;
    let result = counted(Refuse::Nothing, run);
    (result, count().held - before)
}

fn fresh(client: &Client, state: &[u8]) -> isize {
    let (engine, bytes) = held(|| {
        let engine = Engine::new(client);
        engine.restore(&mut Bytes::from(state)).expect("valid");
        engine
    });
    counted(Refuse::Nothing, || drop(engine));
    bytes
}

/// Neither what was in use, nor what a transaction noted, is held for ever.
#[test]
fn memory_is_given_back() {
    const MANY: u16 = if cfg!(access_control_small) {
        1000
    } else {
        20_000
    };
    reset();
    let client = client_with(MANY);
    let (engine, mut now) = held(|| {
        let engine = Engine::new(&client);
        engine.provision((0..MANY).map(grant)).expect("valid");
        engine
    });
    let mut step = |what: &str, run: &dyn Fn()| {
        now += held(run).1;
        let most = 2 * fresh(&client, &persisted(&engine)) + CONSTANT;
        assert!(now <= most, "{what}: {now} bytes are held, {most} may be");
    };
    let write_all = |mask| {
        engine.begin().expect("none is open");
        for iid in 0..MANY {
            engine
                .edit(iid, Edit::Write(RID_ACL, 1, mask))
                .expect("in range");
        }
    };
    step("many grants", &|| {});
    step("a transaction that is rolled back", &|| {
        write_all(1);
        engine.rollback().expect("one is open");
    });
    step("a transaction that is committed", &|| {
        write_all(2);
        engine.commit().expect("valid");
    });
    step("most are removed by a server", &|| {
        engine.begin().expect("none is open");
        for iid in MANY / 10..MANY {
            engine.edit(iid, Edit::Remove).expect("it exists");
        }
        engine.commit().expect("valid");
    });
    step("most of the rest go with their targets", &|| {
        client.objects.borrow_mut().insert(OID, (0..40).collect());
        tell(&engine, OID).expect("it can be listed");
    });
    step("all are purged", &|| engine.purge().expect("none is open"));
    // And with no transaction in which it would end.
    client.objects.borrow_mut().insert(OID, (0..MANY).collect());
    step("many grants again", &|| {
        engine.provision((0..MANY).map(grant)).expect("valid");
    });
    step("nearly all go with their targets", &|| {
        client.objects.borrow_mut().insert(OID, (0..40).collect());
        tell(&engine, OID).expect("it can be listed");
    });
    drop(engine);
}

/// A stream that asks, while it is being written to.
struct Asking<'a>(&'a Engine<&'a Client>, RefCell<Vec<bool>>);

impl Sink for Asking<'_> {
    type Error = Error;

    fn write(&mut self, _: &[u8]) -> Result<(), Error> {
        self.1.borrow_mut().push(self.0.is_modified());
        Ok(())
    }
}

/// Not until all is written is there nothing left to persist.
#[test]
fn what_is_being_persisted_is_modified() {
    let client = client_with(1);
    let engine = Engine::new(&client);
    engine.set_acl(OID, 0, 1, 3).expect("valid");
    let mut sink = Asking(&engine, RefCell::default());
    engine.persist(&mut sink).expect("it takes everything");
    let answers = sink.1.take();
    assert!(
        !answers.is_empty() && answers.iter().all(|answer| *answer),
        "{answers:?}"
    );
    assert!(!engine.is_modified());
}

/// A host that changes something in each of its answers is not followed for ever.
#[test]
fn a_validation_that_is_always_disturbed_ends() {
    let engine = nested(client_with(2), At::Questions);
    engine.set_acl(OID, 0, 1, 3).expect("valid");
    engine.begin().expect("none is open");
    engine
        .edit(0, Edit::Write(RID_ACL, 1, 1))
        .expect("in range");
    let disturbing = |call| (call, Op::Edit(0, Edit::Write(RID_ACL, 1, 2)));
    engine
        .host()
        .0
        .start((1..=u8::MAX).map(disturbing).collect());
    assert!(engine.validate().is_err());
    let asked = engine.host().0.done.take().len();
    assert!(asked < 100, "{asked} answers");
    assert_eq!(engine.rollback(), Ok(()), "it is open still");
}
