//! Operations on a small world, each made from eight bytes, so that the same
//! sequences serve property tests, failure injection and fuzzing; and a runner
//! that compares the engine with the model after each.

use crate::model::{Model, Row, Rows};
use crate::{Bytes, Client};
use access_control::*;
use std::collections::BTreeMap;

/// An operation as it comes out of a generator.
pub type Raw = [u8; 8];

/// Registered are 3 and 5678, whose instances cannot be removed, 1234, and
/// sometimes 77.
pub const OBJECTS: [Oid; 9] = [3, 1234, 5678, 1, 77, 0, 2, 21, MAX_ID];
pub const FIXED: Oid = 5678;
pub const SERVERS: [Ssid; 6] = [1, 2, 3, 4, 0, SSID_BOOTSTRAP];

pub fn world() -> Client {
    let client = Client::new(
        &[1, 2, 3],
        &[(3, &[0]), (1234, &[0, 1, 2]), (FIXED, &[0, 1])],
    );
    client.fixed.borrow_mut().insert(FIXED);
    client
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    SetAcl(Oid, Iid, Ssid, u16),
    SetOwner(Oid, Iid, Ssid, Iid),
    /// Many grants at once, with an owner each.
    Provision(Vec<Provision>),
    /// A question: what is allowed, and what was before the open transaction.
    Decide(Ssid, Operation, Oid, Iid),
    Purge,
    Persist,
    Restore(Vec<u8>),
    Begin,
    Validate,
    Commit,
    Rollback,
    Edit(Iid, Edit),
    /// Instances appear; then a server, or nobody, is named as their creator.
    Create(Ssid, Oid, Iid),
    /// An instance goes away; told or untold.
    Remove(Oid, Iid, bool),
    /// A server account goes away, or comes back; told or untold.
    Account(Ssid, bool, bool),
    /// The instance of the Server Object alone goes away or comes back.
    Server(Ssid),
    /// An Object is registered or unregistered; told or untold.
    Register(Oid, bool),
    /// Whether an Object can be listed.
    Listable(Oid),
    Sync(Ssid, Vec<(Oid, Vec<Iid>)>),
}

struct Dice(Raw);

impl Dice {
    fn at(&self, byte: usize) -> usize {
        usize::from(self.0[byte])
    }

    fn pick<T: Copy>(&self, byte: usize, from: &[T]) -> T {
        from[self.at(byte) % from.len()]
    }

    /// Mostly the Objects that can be governed.
    fn oid(&self, byte: usize) -> Oid {
        match self.at(byte) {
            roll @ 0..200 => OBJECTS[roll % 3],
            roll => OBJECTS[roll % OBJECTS.len()],
        }
    }

    fn iid(&self, byte: usize) -> Iid {
        self.pick(byte, &[0, 1, 2, 3, 0, 1, 2, MAX_ID])
    }

    fn acl_iid(&self, byte: usize) -> Iid {
        match self.at(byte) {
            roll @ 0..240 => roll as Iid % 7,
            roll => [MAX_ID, MAX_ID - 1, 100, 5000][roll % 4],
        }
    }

    fn ssid(&self, byte: usize) -> Ssid {
        match self.at(byte) {
            roll @ 0..230 => SERVERS[roll % 5],
            roll => [MAX_ID, 7, MAX_ID - 1][roll % 3],
        }
    }

    fn mask(&self, byte: usize) -> u16 {
        match self.at(byte) {
            roll @ 0..230 => roll as u16 % 32,
            roll => roll as u16 * 17,
        }
    }

    fn flag(&self, byte: usize) -> bool {
        !self.at(byte).is_multiple_of(4)
    }
}

impl From<Raw> for Op {
    fn from(raw: Raw) -> Op {
        let dice = Dice(raw);
        match dice.at(0) % 32 {
            0..=3 => {
                let iid = dice.iid(2);
                let mask = match (iid, dice.at(5)) {
                    (MAX_ID, 0..200) => dice.mask(4) & 16,
                    (_, 0..200) => dice.mask(4) & 15,
                    _ => dice.mask(4),
                };
                Op::SetAcl(dice.oid(1), iid, dice.ssid(3), mask)
            }
            4 => Op::Provision(some_grants(raw)),
            5..=7 => {
                let acl_iid = match dice.at(4) {
                    0..128 => MAX_ID,
                    _ => dice.acl_iid(5),
                };
                Op::SetOwner(dice.oid(1), dice.iid(2), dice.ssid(3), acl_iid)
            }
            8 => match dice.at(1) {
                0..64 => Op::Purge,
                _ => Op::Persist,
            },
            9 => Op::Restore(some_file(raw)),
            10 | 11 => Op::Begin,
            12 => Op::Validate,
            13 | 14 => Op::Commit,
            15 => Op::Rollback,
            16..=23 => Op::Edit(dice.acl_iid(1), some_edit(&dice)),
            24 => Op::Create(dice.ssid(1), dice.oid(2), dice.iid(3)),
            25 => Op::Remove(dice.oid(1), dice.iid(2), dice.flag(3)),
            26 => Op::Account(
                dice.pick(1, &[1, 2, 3, 4]),
                dice.at(2).is_multiple_of(2),
                true,
            ),
            27 => Op::Account(
                dice.pick(1, &[1, 2, 3, 4]),
                dice.at(2).is_multiple_of(2),
                dice.flag(3),
            ),
            28 => Op::Server(dice.pick(1, &[1, 2, 3, 4])),
            29 => match dice.at(1) % 3 {
                0 => Op::Register(dice.pick(2, &[77, 1234, 3]), dice.flag(3)),
                1 => Op::Listable(dice.pick(2, &[1234, 3, FIXED])),
                _ => Op::Persist,
            },
            30 if dice.flag(1) => {
                let operation = dice.pick(2, &Operation::ALL);
                Op::Decide(dice.ssid(3), operation, dice.oid(4), dice.iid(5))
            }
            _ => {
                let changes = (1..=1 + dice.at(2) % 3).map(|i| {
                    let created = (0..dice.at(i + 2) % 3).map(|j| dice.iid(i + 2 + j));
                    (dice.oid(i), created.collect())
                });
                Op::Sync(dice.ssid(7), changes.collect())
            }
        }
    }
}

fn some_edit(dice: &Dice) -> Edit {
    let value = |value: u16| match dice.at(6) {
        0..245 => i64::from(value),
        roll => [-1, 65536, i64::MIN, i64::MAX, 32][roll % 5],
    };
    match dice.at(2) % 16 {
        0 | 1 => Edit::Create,
        2 => Edit::Remove,
        3 => Edit::Reset,
        4 => Edit::ResetResource(dice.pick(3, &[2, 2, 2, 0, 1, 3, 4])),
        5 => Edit::RemoveEntry(dice.ssid(3)),
        6..=8 => Edit::Write(0, 0, value(dice.oid(4))),
        9..=10 => Edit::Write(1, 0, value(dice.iid(4))),
        11..=13 => Edit::Write(2, dice.ssid(3), value(dice.mask(4))),
        14 => Edit::Write(3, 0, value(dice.ssid(4))),
        _ => Edit::Write(dice.pick(3, &[4, 5, MAX_ID, 3, 2]), 1, value(dice.mask(4))),
    }
}

/// Numbers below what is asked for, made from the bytes of an operation.
fn rolls(raw: Raw) -> impl FnMut(u64) -> u64 {
    let mut state = u64::from_be_bytes(raw) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    }
}

/// Grants that are mostly sound one by one, for one that is refused takes all of
/// them with it.
fn some_grants(raw: Raw) -> Vec<Provision> {
    let mut roll = rolls(raw);
    let count = roll(7);
    let mut grants = Vec::new();
    for _ in 0..count {
        let dice = Dice(std::array::from_fn(|_| roll(256) as u8));
        let sound = roll(12) > 0;
        let (oid, iid) = match sound {
            true => dice.pick(
                0,
                &[
                    (1234, 0),
                    (1234, 1),
                    (1234, 2),
                    (1234, MAX_ID),
                    (3, 0),
                    (FIXED, 1),
                ],
            ),
            false => (dice.oid(0), dice.iid(1)),
        };
        grants.push(Provision {
            oid,
            iid,
            ssid: match sound {
                true => dice.pick(2, &[0, 1, 2, 3]),
                false => dice.ssid(2),
            },
            mask: match (sound, iid) {
                (true, MAX_ID) => dice.mask(3) & 16,
                (true, _) => dice.mask(3) & 15,
                (false, _) => dice.mask(3),
            },
            owner: match sound {
                true => dice.pick(4, &[0, 0, 1, 2, 3, SSID_BOOTSTRAP]),
                false => dice.ssid(4),
            },
        });
    }
    grants
}

/// A file as a device may have written it, and sometimes as none can have.
fn some_file(raw: Raw) -> Vec<u8> {
    let mut roll = rolls(raw);
    let mut bytes = b"ACO\x01".to_vec();
    let count = roll(6) as u32;
    bytes.extend(count.to_be_bytes());
    for i in 0..count {
        let dice = Dice(std::array::from_fn(|_| roll(256) as u8));
        let iid = if roll(8) > 0 {
            i as u16
        } else {
            dice.acl_iid(1)
        };
        let target_iid = if roll(8) > 0 { i as u16 } else { dice.iid(2) };
        let owner = dice.ssid(3).max(u16::from(roll(20) > 0));
        for id in [dice.oid(0), iid, target_iid, owner] {
            bytes.extend(id.to_be_bytes());
        }
        let has_acl = roll(4) > 0;
        bytes.push(has_acl.into());
        if has_acl {
            let count = roll(7) as u32;
            bytes.extend(count.to_be_bytes());
            let start = roll(3) as u16;
            for j in 0..count {
                let ssid = match roll(40) {
                    0 => dice.ssid(5),
                    _ => (start + j as u16) % 8,
                };
                let mask = [dice.mask(4), roll(65536) as u16][(roll(8) == 0) as usize];
                bytes.extend(mask.to_be_bytes());
                bytes.extend(ssid.to_be_bytes());
            }
        }
    }
    match roll(12) {
        0 => bytes.truncate(roll(bytes.len() as u64 + 1) as usize),
        1 => {
            let at = roll(bytes.len() as u64) as usize;
            bytes[at] = roll(256) as u8;
        }
        2 => bytes.extend([0xaa; 300]),
        _ => {}
    }
    bytes
}

/// All of Object 2 as the handlers show it.
pub fn dump<H: Host>(engine: &Engine<H>) -> Rows {
    let mut rows = Rows::new();
    let mut previous = None;
    while let Some(iid) = engine.next_instance(previous) {
        assert!(
            previous.is_none_or(|previous| previous < iid),
            "rising IIDs"
        );
        assert_ne!(iid, MAX_ID);
        previous = Some(iid);
        let mut acl = None;
        let mut key = None;
        while let Ok(next) = engine.next_entry(iid, key) {
            let acl = acl.get_or_insert_with(BTreeMap::new);
            let Some(ssid) = next else { break };
            assert!(key.is_none_or(|key| key < ssid), "rising ACL keys");
            assert_ne!(ssid, SSID_BOOTSTRAP, "no entry for the Bootstrap-Server");
            acl.insert(ssid, engine.read(iid, RID_ACL, ssid).expect("a listed key"));
            key = Some(ssid);
        }
        let read = |rid| engine.read(iid, rid, 0).ok();
        let row = Row {
            oid: read(RID_OID),
            iid: read(RID_OIID),
            owner: read(RID_OWNER),
            acl,
        };
        rows.insert(iid, row);
    }
    rows
}

/// What holds outside transactions whatever has happened.
pub fn check_settled(rows: &Rows) {
    let mut targets: Vec<_> = rows.values().map(|row| (row.oid, row.iid)).collect();
    targets.sort_unstable();
    for pair in targets.windows(2) {
        assert_ne!(pair[0], pair[1], "two instances for one target");
    }
    for row in rows.values() {
        assert!(row.oid.is_some_and(|oid| !matches!(oid, 0 | 2 | MAX_ID)));
        assert!(row.iid.is_some() && row.owner.is_some_and(|owner| owner != 0));
    }
}

/// Takes exactly the expected bytes and then fails, so that persisting leaves
/// the modified mark alone.
pub struct Peek(pub Bytes);

impl Peek {
    pub fn new(length: usize) -> Peek {
        let mut bytes = Bytes::from(&[]);
        bytes.room = length;
        Peek(bytes)
    }
}

impl Sink for Peek {
    type Error = super::StreamError;

    fn write(&mut self, bytes: &[u8]) -> Result<(), super::StreamError> {
        self.0.write(bytes)?;
        if self.0.bytes.len() == self.0.room {
            return Err(super::StreamError::Stream);
        }
        Ok(())
    }
}

/// The persisted form, without any effect, where its length is known.
pub fn peek<H: Host>(engine: &Engine<H>, length: usize) -> Vec<u8> {
    let mut peek = Peek::new(length);
    let _ = engine.persist(&mut peek);
    peek.0.bytes
}

/// Whose doing a change of the data model was, and the Objects with what is new
/// in them; `None` if nobody is told.
pub type Told = Option<(Ssid, Vec<(Oid, Vec<Iid>)>)>;

/// What an operation answers.
pub type Answer = (Result<(), Error>, usize);

/// Tells the engine what has changed.
pub fn sync<H: Host>(
    engine: &Engine<H>,
    origin: Ssid,
    changes: &[(Oid, Vec<Iid>)],
) -> Result<(), Error> {
    let changes = changes
        .iter()
        .map(|(oid, created)| ObjectChange { oid: *oid, created });
    engine.sync(origin, changes)
}

/// Changes the data model as the operation says, before anybody is asked; what
/// the engine is to be told, and whose doing it was.
pub fn prepare(client: &Client, op: &Op) -> Told {
    match *op {
        Op::Create(origin, oid, iid) => {
            if !matches!(oid, 0..=2 | MAX_ID) && iid != MAX_ID && client.knows(oid) {
                client.add(oid, &[iid]);
            }
            Some((origin, vec![(oid, vec![iid])]))
        }
        Op::Remove(oid, iid, told) => {
            if !matches!(oid, 0..=2) {
                client.take(oid, iid);
            }
            told.then(|| (SSID_BOOTSTRAP, vec![(oid, vec![])]))
        }
        Op::Account(ssid, comes, told) => {
            for oid in [0, 1] {
                match comes {
                    true => client.add(oid, &[ssid]),
                    false => drop(client.take(oid, ssid)),
                }
            }
            told.then(|| (SSID_BOOTSTRAP, vec![(0, vec![]), (1, vec![ssid])]))
        }
        Op::Server(ssid) => {
            if !client.take(1, ssid) {
                client.add(1, &[ssid]);
            }
            None
        }
        Op::Register(oid, told) => {
            if client.objects.borrow_mut().remove(&oid).is_none() {
                client.add(oid, &[0, 1]);
            }
            told.then(|| (SSID_BOOTSTRAP, vec![(oid, vec![])]))
        }
        Op::Listable(oid) => {
            let mut unlistable = client.unlistable.borrow_mut();
            if !unlistable.remove(&oid) {
                unlistable.insert(oid);
            }
            None
        }
        Op::Sync(origin, ref changes) => Some((origin, changes.clone())),
        _ => None,
    }
}

/// Does an operation on the engine alone; the data model is prepared.
pub fn apply<H: Host>(engine: &Engine<H>, op: &Op, told: &Told) -> Answer {
    let mut number = 0;
    let result = match *op {
        Op::SetAcl(oid, iid, ssid, mask) => engine.set_acl(oid, iid, ssid, mask),
        Op::SetOwner(oid, iid, owner, mut acl_iid) => {
            let result = engine.set_owner(oid, iid, owner, &mut acl_iid);
            number = acl_iid.into();
            result
        }
        Op::Provision(ref grants) => {
            engine
                .provision(grants.iter().copied())
                .map_err(|Refused { at, error }| {
                    number = at;
                    error
                })
        }
        Op::Decide(ssid, operation, oid, iid) => {
            let before = engine.decide_before(ssid, operation, oid, iid).allowed;
            let now = engine.decide(ssid, operation, oid, iid).allowed;
            number = usize::from(before) << 1 | usize::from(now);
            Ok(())
        }
        Op::Purge => engine.purge(),
        Op::Persist => engine
            .persist(&mut Bytes::from(&[]))
            .map_err(|_| Error::Host),
        Op::Restore(ref bytes) => {
            let mut source = Bytes::from(bytes);
            let result = engine.restore(&mut source).map_err(|_| Error::Malformed);
            if result.is_ok() {
                number = source.at;
            }
            result
        }
        Op::Begin => engine.begin(),
        Op::Validate => engine.validate(),
        Op::Commit => engine.commit(),
        Op::Rollback => engine.rollback(),
        Op::Edit(iid, edit) => engine.edit(iid, edit),
        _ => match told {
            Some((origin, changes)) => sync(engine, *origin, changes),
            None => Ok(()),
        },
    };
    (result, number)
}

/// The same for the model.
pub fn apply_to_model(model: &mut Model, client: &Client, op: &Op, told: &Told) -> Answer {
    let refused = |done| if done { Ok(()) } else { Err(Error::Host) };
    let mut number = 0;
    let result = match *op {
        Op::SetAcl(oid, iid, ssid, mask) => refused(model.set_acl(client, oid, iid, ssid, mask)),
        Op::SetOwner(oid, iid, owner, mut acl_iid) => {
            let done = model.set_owner(client, oid, iid, owner, &mut acl_iid);
            number = acl_iid.into();
            refused(done)
        }
        Op::Provision(ref grants) => model.provision(client, grants).map_err(|(at, error)| {
            number = at;
            error
        }),
        Op::Decide(ssid, operation, oid, iid) => {
            let before = model.allowed(client, ssid, operation, oid, iid);
            let now = model.allows(client, ssid, operation, oid, iid);
            number = usize::from(before) << 1 | usize::from(now);
            Ok(())
        }
        Op::Purge => {
            model.purge();
            Ok(())
        }
        Op::Persist => {
            model.persist();
            Ok(())
        }
        Op::Restore(ref bytes) => match model.restore(client, bytes) {
            Some(used) => {
                number = used;
                Ok(())
            }
            None => Err(Error::Malformed),
        },
        Op::Begin => model.begin(),
        Op::Validate => model.validate(client),
        Op::Commit => model.commit(client),
        Op::Rollback => model.rollback(),
        Op::Edit(iid, edit) => model.edit(iid, edit),
        _ => match told {
            Some((origin, changes)) => model.sync(client, *origin, changes),
            None => Ok(()),
        },
    };
    (result, number)
}

/// Whether the errors of this operation are told apart by a caller.
fn has_codes(op: &Op) -> bool {
    !matches!(op, Op::SetAcl(..) | Op::SetOwner(..) | Op::Restore(_))
}

/// The engine and the model side by side, each with a data model of its own.
pub struct Pair<'a> {
    pub client: &'a Client,
    pub engine: Engine<&'a Client>,
    pub mirror: Client,
    pub model: Model,
    steps: usize,
}

impl<'a> Pair<'a> {
    pub fn new(client: &'a Client) -> Pair<'a> {
        Pair {
            client,
            engine: Engine::new(client),
            mirror: world(),
            model: Model::default(),
            steps: 0,
        }
    }

    pub fn step(&mut self, op: &Op) {
        let told = prepare(self.client, op);
        prepare(&self.mirror, op);
        self.client.changes.borrow_mut().clear();
        let before = self.model.rows.clone();
        let answer = apply(&self.engine, op, &told);
        let expected = apply_to_model(&mut self.model, &self.mirror, op, &told);
        assert_eq!(answer.1, expected.1, "{op:?} {:?}", answer.0);
        match has_codes(op) {
            true => assert_eq!(answer.0, expected.0, "{op:?}"),
            false => assert_eq!(answer.0.is_ok(), expected.0.is_ok(), "{op:?}"),
        }
        // A host that names as new what does not exist hears of it as of one that
        // has gone and come; so does one whose server has no account.
        let is_true = |(origin, changes): &(Ssid, Vec<(Oid, Vec<Iid>)>)| {
            let is_server = *origin != 0 && *origin != SSID_BOOTSTRAP;
            if is_server && !self.client.accounts().contains(origin) {
                return false;
            }
            let mut created = changes
                .iter()
                .flat_map(|(oid, iids)| iids.iter().map(move |iid| (*oid, *iid)));
            created.all(|(oid, iid)| iid == MAX_ID || self.client.has(oid, iid))
        };
        if told.as_ref().is_some_and(is_true) {
            let mut changes = self.client.changes.take();
            changes.sort_by_key(|change| match *change {
                Change::Instances => (0, 0),
                Change::Resource(iid, rid) => (1 + u32::from(iid), rid),
            });
            assert_eq!(changes, self.model.told(&before), "told after {op:?}");
        }
        self.compare(op);
        // All of it costs more than the rest of the step.
        let all = self.steps.is_multiple_of(16);
        self.compare_decisions(if all { 1 } else { 7 }, self.steps);
        self.steps += 1;
    }

    fn compare(&self, op: &Op) {
        let rows = dump(&self.engine);
        assert_eq!(rows, self.model.rows, "after {op:?}");
        check_settled(self.model.settled());
        let expected = self.model.persisted();
        let modified = self.engine.is_modified();
        assert_eq!(modified, self.model.modified, "after {op:?}");
        assert_eq!(peek(&self.engine, expected.len()), expected, "after {op:?}");
        assert_eq!(self.engine.is_modified(), modified, "a failed persist");
        assert_eq!(dump(&self.engine), rows, "persisting changes nothing");
        assert_eq!(
            *self.client.objects.borrow(),
            *self.mirror.objects.borrow(),
            "after {op:?}"
        );
    }

    /// Every `stride`th decision of the small world.
    pub fn compare_decisions(&self, stride: usize, start: usize) {
        let mut count = start;
        for oid in OBJECTS {
            for iid in [0, 1, 2, 3, 4, MAX_ID] {
                for operation in Operation::ALL {
                    for ssid in SERVERS {
                        count += 1;
                        if !count.is_multiple_of(stride) {
                            continue;
                        }
                        let (engine, model, mirror) = (&self.engine, &self.model, &self.mirror);
                        let decision = engine.decide(ssid, operation, oid, iid);
                        assert_eq!(
                            decision.allowed,
                            model.allows(mirror, ssid, operation, oid, iid),
                            "{operation:?} of {ssid} on /{oid}/{iid}: {decision:?}"
                        );
                        if !model.is_open() {
                            continue;
                        }
                        let before = engine.decide_before(ssid, operation, oid, iid);
                        assert_eq!(
                            before.allowed,
                            model.allowed(mirror, ssid, operation, oid, iid),
                            "{operation:?} of {ssid} on /{oid}/{iid}, before: {before:?}"
                        );
                    }
                }
            }
        }
    }
}

/// Runs a sequence.
pub fn run(sequence: impl IntoIterator<Item = Op>) {
    let client = world();
    let mut pair = Pair::new(&client);
    for op in sequence {
        pair.step(&op);
    }
    pair.compare_decisions(1, 0);
    let rows = dump(&pair.engine);
    assert_eq!(rows, pair.model.rows, "decisions change nothing");
}
