//! What is left behind when memory runs out, the host cannot answer, or a stream
//! breaks: nothing. Each operation is run with its first, second, third …
//! allocation (question, byte) failing, alone or with all later ones, until it
//! succeeds; after each failure everything is as before, and nothing leaks.

testkit::failing_heap!();

use access_control::*;
use testkit::heap::{Refuse, count, counted, reset, uncounted};
use testkit::model::{self, Row, Rows};
use testkit::ops::{Op, Peek, Told, apply, check_settled, dump, prepare, world};
use testkit::{Bytes, Client, StreamError};

/// A host whose own allocations are nobody's business; those of [`Ids`] are.
struct Exempt<'a>(&'a Client);

impl Exempt<'_> {
    fn listed(&self, found: &mut Ids, oid: Oid, listed: Result<(), Error>) -> Result<(), Error> {
        let ids: Vec<u16> = uncounted(|| {
            let objects = self.0.objects.borrow();
            objects.get(&oid).into_iter().flatten().copied().collect()
        });
        // Makes nothing of an error, as a careless host may.
        for &id in &ids {
            let _ = found.insert(id);
        }
        uncounted(|| drop(ids));
        listed
    }
}

impl Host for Exempt<'_> {
    fn is_object_registered(&self, oid: Oid) -> Result<bool, Error> {
        uncounted(|| self.0.is_object_registered(oid))
    }

    fn is_instance_present(&self, oid: Oid, iid: Iid) -> Result<bool, Error> {
        uncounted(|| (&self.0).is_instance_present(oid, iid))
    }

    fn is_server_known(&self, ssid: Ssid) -> Result<bool, Error> {
        uncounted(|| (&self.0).is_server_known(ssid))
    }

    fn single_server(&self) -> Option<Ssid> {
        uncounted(|| (&self.0).single_server())
    }

    fn list_instances(&self, oid: Oid, found: &mut Ids) -> Result<(), Error> {
        let listed = uncounted(|| (&self.0).list_instances(oid, &mut Ids::new()));
        self.listed(found, oid, listed)
    }

    fn list_accounts(&self, found: &mut Ids) -> Result<(), Error> {
        let listed = uncounted(|| (&self.0).list_accounts(&mut Ids::new()));
        self.listed(found, 0, listed)
    }

    fn remove_instance(&self, oid: Oid, iid: Iid) -> Result<(), Error> {
        uncounted(|| (&self.0).remove_instance(oid, iid))
    }

    fn changed(&self, change: Change) {
        uncounted(|| (&self.0).changed(change));
    }

    fn refused(&self, refusal: &Refusal) {
        uncounted(|| (&self.0).refused(refusal));
    }
}

/// A stream that takes everything and may break at a byte.
struct Quiet<'a, S>(&'a mut S);

impl<S: Sink<Error = StreamError>> Sink for Quiet<'_, S> {
    type Error = StreamError;

    fn write(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        uncounted(|| self.0.write(bytes))
    }
}

impl<S: Source<Error = StreamError>> Source for Quiet<'_, S> {
    type Error = StreamError;

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), Self::Error> {
        uncounted(|| self.0.read(buffer))
    }
}

type Tested<'a> = Engine<Exempt<'a>>;

/// Instances enough to split what holds them several times.
const MANY: u16 = 700;
const LARGE: Oid = 4000;

fn large_world() -> Client {
    let client = world();
    client.add(LARGE, &(0..MANY).collect::<Vec<_>>());
    client
}

/// An engine, and what is known about it.
struct Bench<'a> {
    client: &'a Client,
    engine: Tested<'a>,
    /// The state before the open transaction.
    before: Option<Rows>,
}

impl<'a> Bench<'a> {
    fn new(client: &'a Client) -> Bench<'a> {
        Bench {
            client,
            engine: Engine::new(Exempt(client)),
            before: None,
        }
    }

    /// Does an operation; `Ok` says that it succeeded.
    fn run(&mut self, refuse: Refuse, op: &Op) -> Result<(), Error> {
        let told = prepare(self.client, op);
        self.run_prepared(refuse, op, &told)
    }

    fn run_prepared(&mut self, refuse: Refuse, op: &Op, told: &Told) -> Result<(), Error> {
        let engine = &self.engine;
        let rows = matches!(op, Op::Begin).then(|| dump(engine));
        let result = match op {
            Op::Persist => {
                let mut bytes = Bytes::from(&[]);
                let result = counted(refuse, || engine.persist(&mut Quiet(&mut bytes)));
                result.map_err(reason)
            }
            Op::Restore(file) => {
                let mut bytes = Bytes::from(file);
                let result = counted(refuse, || engine.restore(&mut Quiet(&mut bytes)));
                result.map_err(reason)
            }
            _ => {
                let (result, number) = counted(refuse, || apply(engine, op, told));
                if let (Op::Provision(grants), Err(Error::NoMemory)) = (op, result) {
                    assert_eq!(number, grants.len(), "{op:?}: no grant is to blame");
                }
                result
            }
        };
        match op {
            Op::Begin if result.is_ok() => self.before = rows,
            Op::Commit => self.before = None,
            Op::Rollback if result.is_ok() => self.before = None,
            _ => {}
        }
        result
    }

    fn settled(&self) -> Rows {
        self.before.clone().unwrap_or_else(|| dump(&self.engine))
    }

    /// That the engine is as given, which needs no memory to find out.
    fn expect(&self, rows: &Rows, settled: &Rows, modified: bool, what: &str) {
        assert_eq!(dump(&self.engine), *rows, "{what}");
        assert_eq!(self.engine.is_modified(), modified, "{what}");
        let expected = model::encode(settled);
        let mut peek = Peek::new(expected.len());
        let _ = counted(Refuse::From(0), || {
            self.engine.persist(&mut Quiet(&mut peek))
        });
        assert_eq!(peek.0.bytes, expected, "{what}");
        assert_eq!(dump(&self.engine), *rows, "{what}: after persisting");
    }

    /// Ends the life of the engine; nothing is left, whatever happened to it.
    fn finish(mut self, what: &str) {
        if let Some(before) = self.before.clone() {
            let result = self.run(Refuse::From(0), &Op::Rollback);
            assert_eq!(result, Ok(()), "{what}: roll-back without memory");
            assert_eq!(dump(&self.engine), before, "{what}: after roll-back");
        }
        // Not always, for dropping the rest is to be seen as well.
        if self.engine.is_modified() {
            let result = self.run(Refuse::From(0), &Op::Purge);
            assert_eq!(result, Ok(()), "{what}: purge without memory");
        }
        let engine = self.engine;
        counted(Refuse::Nothing, || drop(engine));
        let count = count();
        assert_eq!((count.held, count.foreign), (0, 0), "{what}: leaks");
    }
}

fn reason(error: StreamError) -> Error {
    match error {
        StreamError::Engine(error) => error,
        StreamError::Stream => Error::Malformed,
    }
}

/// How an operation is made to fail at its `n`th step.
#[derive(Clone, Copy, Debug)]
enum Fault {
    OneAllocation,
    AllocationsFrom,
    OneAnswer,
    AnswersFrom,
}

const FAULTS: [Fault; 4] = [
    Fault::OneAllocation,
    Fault::AllocationsFrom,
    Fault::OneAnswer,
    Fault::AnswersFrom,
];

/// Runs `op` after `setup`, with each of its allocations and questions failing
/// in turn. Gives the number of failures.
fn injure(make: fn() -> Client, setup: &[Op], op: &Op) -> usize {
    let reference = {
        let client = make();
        let mut bench = Bench::new(&client);
        for op in setup {
            let _ = bench.run(Refuse::Nothing, op);
        }
        let result = bench.run(Refuse::Nothing, op);
        (result, dump(&bench.engine))
    };
    let mut failures = 0;
    for fault in FAULTS {
        for n in 0.. {
            reset();
            let client = make();
            let mut bench = Bench::new(&client);
            for op in setup {
                let _ = bench.run(Refuse::Nothing, op);
            }
            let what = format!("{op:?} with {fault:?} {n} after {setup:?}");
            let (rows, settled) = (dump(&bench.engine), bench.settled());
            let modified = bench.engine.is_modified();
            let told = prepare(&client, op);
            let refuse = match fault {
                Fault::OneAllocation => Refuse::Only(n),
                Fault::AllocationsFrom => Refuse::From(n),
                Fault::OneAnswer | Fault::AnswersFrom => Refuse::Nothing,
            };
            if refuse == Refuse::Nothing {
                client.fail_once.set(matches!(fault, Fault::OneAnswer));
                client.fail_after.set(Some(n as u32));
            }
            let result = bench.run_prepared(refuse, op, &told);
            let was_hit = match refuse {
                Refuse::Nothing => client.has_failed.get(),
                _ => count().asked > n,
            };
            client.fail_after.set(None);
            if !was_hit || (reference.0.is_err() && reference.0 == result) {
                assert_eq!(result, reference.0, "{what}");
                bench.finish(&what);
                break;
            }
            failures += 1;
            let told_of = matches!(op, Op::Commit) && result.is_err();
            match result {
                // A transaction that cannot be validated is rolled back.
                Err(_) if told_of => bench.expect(&settled, &settled, modified, &what),
                Err(_) => bench.expect(&rows, &settled, modified, &what),
                // Keeping in step does what it can.
                Ok(()) if told.is_some() => {}
                // What only saves time or room is done without, if need be.
                Ok(()) => {
                    assert_eq!(
                        dump(&bench.engine),
                        reference.1,
                        "{what}: done all the same"
                    );
                    bench.finish(&what);
                    continue;
                }
            }
            let was_partial = result.is_ok();
            if bench.before.is_none() {
                check_settled(&dump(&bench.engine));
            }
            // Nothing is in the way of another try.
            if !told_of && reference.0.is_ok() {
                let result = bench.run_prepared(Refuse::Nothing, op, &told);
                assert_eq!(result, Ok(()), "{what}: second try");
                let mut rows = dump(&bench.engine);
                // What could not be removed with its target stays out of reach.
                let out_of_reach = |row: &Row| {
                    row.owner == Some(MAX_ID) && row.acl.as_ref().is_some_and(|acl| acl.is_empty())
                };
                rows.retain(|_, row| {
                    reference.1.values().any(|other| other == row) || !out_of_reach(row)
                });
                match was_partial {
                    // What went by the first time may have got other IDs.
                    true => assert_eq!(contents(&rows), contents(&reference.1), "{what}"),
                    false => assert_eq!(rows, reference.1, "{what}: second try"),
                }
            }
            bench.finish(&what);
        }
    }
    failures
}

fn contents(rows: &Rows) -> Vec<&Row> {
    let mut contents: Vec<&Row> = rows.values().collect();
    contents.sort_by_key(|row| (row.oid, row.iid));
    contents
}

fn grants(iids: impl Iterator<Item = Iid>, ssids: &[Ssid]) -> Vec<Op> {
    let grants = |iid| {
        let grant = move |&ssid| Op::SetAcl(LARGE, iid, ssid, 15);
        ssids.iter().map(grant)
    };
    iids.flat_map(grants).collect()
}

/// New instances, instances that are there, and owners, for all of which the
/// heap is needed.
fn many_grants() -> Vec<Provision> {
    let grant = |iid, ssid, owner| Provision {
        oid: LARGE,
        iid,
        ssid,
        mask: 7,
        owner,
    };
    let mut grants: Vec<Provision> = (0..8).map(|iid| grant(iid, 2, iid % 3)).collect();
    grants.extend((0..8).map(|iid| grant(iid, 3, 0)));
    grants.push(Provision {
        oid: 3,
        iid: MAX_ID,
        ssid: 1,
        mask: 16,
        owner: SSID_BOOTSTRAP,
    });
    grants
}

/// The same, and at the end one that is refused after all others are made.
fn many_grants_and_a_wrong_one() -> Vec<Provision> {
    let mut grants = many_grants();
    grants.extend(grants.last().copied());
    grants.extend(grants.first().copied());
    if let Some(last) = grants.last_mut() {
        last.ssid = 99;
    }
    grants
}

/// A transaction that does a little of everything.
fn transaction() -> Vec<Op> {
    let edit = Op::Edit;
    vec![
        Op::Begin,
        edit(1, Edit::Remove),
        edit(900, Edit::Create),
        edit(900, Edit::Write(0, 0, 5678)),
        edit(900, Edit::Write(1, 0, 1)),
        edit(900, Edit::Write(2, 1, 5)),
        edit(2, Edit::Reset),
        edit(2, Edit::Write(3, 0, 2)),
        edit(3, Edit::Write(2, 0, 7)),
        edit(3, Edit::RemoveEntry(1)),
        edit(0, Edit::ResetResource(2)),
    ]
}

fn account_gone(ssid: Ssid) -> Op {
    Op::Account(ssid, false, true)
}

/// Every operation, in states in which it has something to do.
#[test]
fn a_failed_operation_changes_nothing() {
    let all = [0, 1, 2, 3];
    let file = {
        let client = large_world();
        let mut bench = Bench::new(&client);
        for op in grants(0..30, &all) {
            bench.run(Refuse::Nothing, &op).expect("a valid grant");
        }
        model::encode(&dump(&bench.engine))
    };
    let few = || [grants(0..4, &all), vec![Op::Persist]].concat();
    let owned = |owner| {
        let owner = move |iid| Op::SetOwner(LARGE, iid, owner, MAX_ID);
        [grants(0..6, &[1]), (0..6).map(owner).collect()].concat()
    };
    let created = |iids: &[Iid]| Op::Sync(2, vec![(LARGE, iids.to_vec()), (0, vec![])]);
    let cases: Vec<(Vec<Op>, Op)> = vec![
        (vec![], Op::SetAcl(LARGE, 0, 1, 15)),
        (few(), Op::SetAcl(LARGE, 0, 1, 1)),
        (grants(0..4, &[0, 1, 2]), Op::SetAcl(LARGE, 3, 3, 1)),
        (vec![], Op::SetOwner(LARGE, 7, 2, 40)),
        (few(), Op::SetOwner(LARGE, 1, 2, MAX_ID)),
        (vec![], Op::Provision(many_grants())),
        (few(), Op::Provision(many_grants())),
        (few(), Op::Provision(many_grants_and_a_wrong_one())),
        (
            [few(), transaction()].concat(),
            Op::Provision(many_grants()),
        ),
        (few(), Op::Purge),
        ([few(), transaction()].concat(), Op::Purge),
        (few(), Op::Persist),
        ([few(), transaction()].concat(), Op::Persist),
        (vec![], Op::Restore(file.clone())),
        (few(), Op::Restore(file)),
        (few(), Op::Begin),
        ([few(), transaction()].concat(), Op::Validate),
        ([few(), transaction()].concat(), Op::Commit),
        (
            [few(), transaction(), vec![Op::Validate]].concat(),
            Op::Commit,
        ),
        ([few(), transaction()].concat(), Op::Rollback),
        (few(), created(&[5, 6, 7, 8])),
        ([few(), transaction()].concat(), created(&[5, 6, 7, 8])),
        (few(), Op::Remove(LARGE, 2, true)),
        (owned(1), account_gone(1)),
        (owned(2), account_gone(2)),
        (owned(1), Op::Register(LARGE, true)),
        ([few(), vec![Op::Begin]].concat(), account_gone(3)),
    ];
    let mut failures = 0;
    for (setup, op) in &cases {
        failures += injure(large_world, setup, op);
    }
    for at in 1..transaction().len() {
        let (setup, rest) = (transaction()[..at].to_vec(), transaction()[at].clone());
        failures += injure(large_world, &[few(), setup].concat(), &rest);
    }
    println!("{failures} failures in chosen states");
    assert!(failures > 300, "only {failures}: nothing has been injected");
}

fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 16
    }
}

/// The same in random states.
#[test]
fn a_failed_operation_changes_nothing_in_random_states() {
    let seed = std::env::var("SEED").map_or(0, |seed| seed.parse().expect("a number"));
    println!("SEED={seed}");
    let mut failures = 0;
    for sequence in 0..400 {
        let mut roll = random(seed << 32 | sequence);
        let mut ops: Vec<Op> = (0..1 + roll() % 25)
            .map(|_| {
                Op::from(
                    roll()
                        .rotate_left(40)
                        .wrapping_mul(roll() | 1)
                        .to_be_bytes(),
                )
            })
            .collect();
        let last = ops.pop().expect("at least one");
        failures += injure(world, &ops, &last);
    }
    println!("{failures} failures in random states");
    assert!(
        failures > 1000,
        "only {failures}: nothing has been injected"
    );
}

/// Growing and shrinking a large state, where each allocation that is needed
/// fails at first; inside a transaction, which is then rolled back without any
/// memory, and outside.
#[test]
fn a_large_state_survives_every_failure() {
    for (seed, inside) in [(1, false), (2, true), (3, true)] {
        reset();
        let client = large_world();
        let mut bench = Bench::new(&client);
        let mut roll = random(seed);
        let start = if seed == 2 { 0 } else { MANY / 2 };
        for op in grants(0..start, &[0, 1, 2, 3]) {
            bench.run(Refuse::Nothing, &op).expect("a valid grant");
        }
        if inside {
            bench
                .run(Refuse::Nothing, &Op::Begin)
                .expect("none is open");
        }
        let mut failures = 0;
        for step in 0..6000 {
            let iid = (roll() % u64::from(MANY)) as Iid;
            let op = match (roll() % 40, inside) {
                (0, true) if roll().is_multiple_of(100) => Op::Purge,
                (0..4, true) => Op::Edit(iid, Edit::Remove),
                (4..6, true) => Op::Edit(iid, Edit::Write(1, 0, (roll() % 3000) as i64)),
                (6..8, true) => Op::Edit(iid, Edit::Create),
                (8..12, true) => Op::Edit(iid, Edit::RemoveEntry((roll() % 4) as u16)),
                (12, true) => Op::Edit(iid, Edit::Reset),
                (0..2, false) => Op::Sync(1, vec![(LARGE, vec![iid, (iid + 1) % MANY])]),
                (2..6, _) => Op::SetOwner(LARGE, iid, 2, MAX_ID),
                _ => Op::SetAcl(LARGE, iid, (roll() % 4) as Ssid, 15),
            };
            for n in 0.. {
                let refuse = match roll() % 2 {
                    0 => Refuse::Only(n),
                    _ => Refuse::From(n),
                };
                let rows = (step % 50 == 0).then(|| dump(&bench.engine));
                let result = bench.run(refuse, &op);
                if result != Err(Error::NoMemory) {
                    break;
                }
                failures += 1;
                if let Some(rows) = rows {
                    assert_eq!(dump(&bench.engine), rows, "{op:?} {refuse:?}");
                }
            }
            if step % 1000 == 0 {
                let rows = dump(&bench.engine);
                let modified = bench.engine.is_modified();
                bench.expect(&rows, &bench.settled(), modified, "large");
            }
        }
        println!("{failures} failures in a large state");
        assert!(failures > 3, "only {failures}: nothing has been injected");
        bench.finish("large");
    }
}

/// A stream that breaks at each of its bytes.
#[test]
fn a_broken_stream_changes_nothing() {
    for inside in [false, true] {
        reset();
        let client = large_world();
        let mut bench = Bench::new(&client);
        for op in grants(0..40, &[0, 1, 2, 3]) {
            bench.run(Refuse::Nothing, &op).expect("a valid grant");
        }
        let other = model::encode(&dump(&bench.engine));
        let ops = if inside { transaction() } else { vec![] };
        for op in ops {
            let _ = bench.run(Refuse::Nothing, &op);
        }
        bench
            .run(Refuse::Nothing, &Op::SetAcl(3, 0, 1, 1))
            .expect("a valid grant");
        let (rows, settled) = (dump(&bench.engine), bench.settled());
        let length = model::encode(&settled).len();
        for at in 0..length.max(other.len()) {
            let mut sink = Bytes::from(&[]);
            sink.room = at;
            let engine = &bench.engine;
            if at < length {
                let result = counted(Refuse::Nothing, || engine.persist(&mut Quiet(&mut sink)));
                assert_eq!(result, Err(StreamError::Stream), "persist, {at}");
            }
            if at < other.len() {
                let mut source = Bytes::from(&other[..at]);
                let result = counted(Refuse::Nothing, || engine.restore(&mut Quiet(&mut source)));
                assert!(result.is_err(), "restore, {at}");
            }
            let what = format!("a stream broken at {at}");
            if at.is_multiple_of(16) {
                bench.expect(&rows, &settled, true, &what);
            }
            assert!(engine.is_modified());
        }
        bench.expect(&rows, &settled, true, "broken streams");
        bench.finish("broken streams");
    }
}

/// What a file claims to hold costs nothing before it is there.
#[test]
fn claims_of_a_file_cost_no_memory() {
    let client = large_world();
    let most = u32::from(u16::MAX).to_be_bytes();
    let magic = b"ACO\x01".to_vec();
    let instance = |n: u16| {
        let ids = [LARGE, n, n, 1].map(u16::to_be_bytes).concat();
        [ids, vec![1]].concat()
    };
    let claims = [magic.clone(), most.to_vec()].concat();
    let acl = [claims.clone(), instance(0), most.to_vec()].concat();
    let many: Vec<u8> = (0..2000)
        .flat_map(|n| [instance(n), vec![0; 4]].concat())
        .collect();
    // One instance with 65535 entries and an end within the first of them.
    let short = [magic, 1u32.to_be_bytes().to_vec(), instance(0)].concat();
    let short = [short, most.to_vec(), vec![0, 1, 0, 1, 0]].concat();
    for file in [claims.clone(), acl, [claims, many].concat(), short] {
        reset();
        let bench = Bench::new(&client);
        let mut source = Bytes::from(&file);
        let engine = &bench.engine;
        let result = counted(Refuse::Nothing, || engine.restore(&mut Quiet(&mut source)));
        assert_eq!(result, Err(StreamError::Stream));
        let peak = count().peak as usize;
        println!("{} bytes read, {peak} bytes taken", file.len());
        assert!(peak <= 16 * file.len() + 9 * 1024);
        bench.finish("claims");
    }
}
