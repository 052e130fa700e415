//! Time where much is done at once: what was once quadratic, each with what the
//! same number of single operations takes in the same run.

use access_control::{
    Change, Edit, Engine, Error, Host, Ids, Iid, Oid, Operation, Provision, RID_ACL, RID_OWNER,
    SSID_BOOTSTRAP, Ssid,
};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Every Object is registered, with one Instance, or as many as there are; every
/// server exists.
struct Client;

impl Host for Client {
    fn is_object_registered(&self, _: Oid) -> Result<bool, Error> {
        Ok(true)
    }
    fn is_instance_present(&self, _: Oid, _: Iid) -> Result<bool, Error> {
        Ok(true)
    }
    fn is_server_known(&self, _: Ssid) -> Result<bool, Error> {
        Ok(true)
    }
    fn single_server(&self) -> Option<Ssid> {
        None
    }
    fn list_instances(&self, _: Oid, found: &mut Ids) -> Result<(), Error> {
        found.insert(0)
    }
    fn list_accounts(&self, _: &mut Ids) -> Result<(), Error> {
        Ok(())
    }
    fn remove_instance(&self, _: Oid, _: Iid) -> Result<(), Error> {
        Err(Error::Host)
    }
    fn changed(&self, _: Change) {}
}

const OID: Oid = 1234;

fn engine(instances: u16) -> Engine<Client> {
    let engine = Engine::new(Client);
    for iid in 0..instances {
        engine.set_acl(OID, iid, 1, 3).expect("allowed");
    }
    engine
}

/// The least of several runs, each on a fresh engine.
fn least(prepare: impl Fn() -> Engine<Client>, run: impl Fn(&Engine<Client>)) -> Duration {
    let once = || {
        let engine = prepare();
        let start = Instant::now();
        run(&engine);
        start.elapsed()
    };
    (0..3).map(|_| once()).min().expect("there are some")
}

fn row(what: &str, count: u32, many: Duration, single: Duration) {
    println!(
        "| {what} | {:.2} ms | {:.2} |",
        many.as_secs_f64() * 1000.0,
        many.as_secs_f64() / single.as_secs_f64() / f64::from(count),
    );
}

fn write(engine: &Engine<Client>, iid: Iid, rid: u16, riid: u16, value: i64) {
    engine
        .edit(iid, Edit::Write(rid, riid, value))
        .expect("in range");
}

fn main() {
    // `cargo test --benches` asks whether it runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    if !is_bench {
        return;
    }
    println!("| much at once | | times as long as so many single ones |\n|---|---:|---:|");
    let with_edits = || {
        let engine = engine(4000);
        engine.begin().expect("none is open");
        for iid in 0..4000 {
            write(&engine, iid, RID_ACL, 2, 5);
        }
        engine
    };
    let ask = |before: bool, engine: &Engine<Client>, count: u16| {
        for iid in 0..count {
            let _ = black_box(match before {
                true => engine.decide_before(2, Operation::Read, OID, iid),
                false => engine.decide(2, Operation::Read, OID, iid),
            });
        }
    };
    let now = least(with_edits, |engine| ask(false, engine, 4000)) / 4000;
    let before = least(with_edits, |engine| ask(true, engine, 4000));
    row(
        "4,000 decisions about before, after 4,000 edits",
        4000,
        before,
        now,
    );

    let open = |entries: u16, instances: u16| {
        move || {
            let engine = engine(instances);
            engine.begin().expect("none is open");
            for iid in 0..instances {
                for ssid in 1..=entries {
                    write(&engine, iid, RID_ACL, ssid, 1);
                }
            }
            engine.commit().expect("valid");
            engine.begin().expect("none is open");
            engine
        }
    };
    let single = least(open(1, 1), |engine| {
        for value in 0..10_000 {
            write(engine, 0, RID_ACL, 1, value % 32);
        }
    }) / 10_000;
    let same = least(open(1, 1), |engine| {
        for value in 0..1_000_000 {
            write(engine, 0, RID_ACL, 1, value % 32);
        }
        engine.commit().expect("valid");
    });
    row(
        "1,000,000 writes of the same entry",
        1_000_000,
        same,
        single,
    );
    let owners = least(open(65_534, 1), |engine| {
        for owner in 1..=1000 {
            write(engine, 0, RID_OWNER, 0, owner);
        }
    });
    row(
        "1,000 writes of the owner of 65,534 entries",
        1000,
        owners,
        single,
    );
    let alternating = least(open(100, 2), |engine| {
        for value in 0..10_000 {
            write(
                engine,
                value as u16 % 2,
                RID_ACL,
                1 + value as u16 % 100,
                value % 32,
            );
        }
        engine.validate().expect("valid");
    });
    row(
        "10,000 writes to two instances in turn, validated",
        10_000,
        alternating,
        single,
    );

    let grant = |oid| Provision {
        oid,
        iid: 0,
        ssid: 1,
        mask: 1,
        owner: SSID_BOOTSTRAP,
    };
    let provision = |engine: &Engine<Client>, oids: std::ops::Range<Oid>| {
        engine.provision(oids.map(grant)).expect("allowed");
    };
    let few = least(|| engine(0), |engine| provision(engine, 3..103)) / 100;
    let objects = least(|| engine(0), |engine| provision(engine, 3..60_003));
    row("provisioning 60,000 distinct Objects", 60_000, objects, few);
    let removed = least(
        || engine(60_000),
        |engine| {
            engine.begin().expect("none is open");
            for iid in 120..60_000 {
                engine.edit(iid, Edit::Remove).expect("it is there");
            }
            engine.commit().expect("valid");
        },
    );
    let one = least(
        || engine(100),
        |engine| {
            engine.begin().expect("none is open");
            (0..100).for_each(|iid| engine.edit(iid, Edit::Remove).expect("it is there"));
            engine.commit().expect("valid");
        },
    ) / 100;
    row("59,880 of 60,000 instances removed", 59_880, removed, one);
}
