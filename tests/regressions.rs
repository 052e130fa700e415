//! One test for each fault that random sequences, injected failures and
//! fuzzing have found, by the shortest way to it.

use access_control::*;
use testkit::nested::{At, nested};
use testkit::ops::{Op, check_settled, dump};
use testkit::*;

/// While a replacing write has unset the owner, nobody owns the instance: not
/// SSID 0 either, which is how "unset" is kept.
#[test]
fn ssid_zero_owns_nothing() {
    let client = Client::new(&[1, 2], &[(3, &[0])]);
    let engine = Engine::new(&client);
    engine.set_acl(3, 0, 1, 15).expect("a valid grant");
    engine.begin().expect("none is open");
    engine.edit(0, Edit::Reset).expect("it exists");
    for operation in [Operation::Read, Operation::Write, Operation::Delete] {
        let decision = engine.decide(0, operation, 3, 0);
        assert!(!decision.allowed, "Deny SSID 0 {operation:?}: {decision:?}");
    }
    let decision = engine.decide(0, Operation::Write, 2, 0);
    assert!(!decision.allowed, "Deny SSID 0 to edit: {decision:?}");
}

/// Object 65535 does not exist, so nothing on it can be created; an instance
/// made for it would have no target and could never be persisted.
#[test]
fn nothing_is_created_on_object_65535() {
    let client = Client::new(&[1, 2], &[(3, &[0])]);
    let engine = Engine::new(&client);
    let change = ObjectChange {
        oid: MAX_ID,
        created: &[0],
    };
    engine.sync(1, [change].into_iter()).expect("ignored");
    assert_eq!(engine.next_instance(None), None);
    assert_eq!(persisted(&engine), b"ACO\x01\0\0\0\0");
}

/// What a handler changes while its instance is being checked is checked too, be it
/// still to come or what has been looked at before.
#[test]
fn a_change_during_validation_is_validated() {
    let engine = nested(Client::new(&[1, 5], &[(3, &[0])]), At::Questions);
    let nest = &engine.host().0;
    engine.set_acl(3, 0, 1, 15).expect("a valid grant");
    engine.begin().expect("none is open");
    engine.edit(0, Edit::Write(2, 5, 1)).expect("in range");
    let unknown_owner = (Edit::Write(3, 0, 77), Edit::Write(3, 0, 65535));
    let unknown_server = (Edit::Write(2, 3, 1), Edit::RemoveEntry(3));
    for (wrong, right) in [unknown_owner, unknown_server] {
        for question in [1, 2] {
            nest.start([(question, Op::Edit(0, wrong))].into());
            let what = format!("{wrong:?} at question {question}");
            assert_eq!(engine.validate(), Err(Error::BadRequest), "{what}");
            assert_eq!(nest.done.take().len(), 1, "{what}");
            engine.edit(0, right).expect("in range");
        }
    }
}

/// Nothing of a transaction that begins while another one is being validated
/// passes for validated.
#[test]
fn a_transaction_begun_during_validation_is_validated() {
    let engine = nested(Client::new(&[1, 2], &[(3, &[0])]), At::Questions);
    let nest = &engine.host().0;
    engine.set_acl(3, 0, 1, 15).expect("a valid grant");
    let before = dump(&*engine);
    engine.begin().expect("none is open");
    for _ in 0..4 {
        engine.edit(0, Edit::Write(2, 2, 1)).expect("in range");
    }
    let incomplete = Op::Edit(9, Edit::Create);
    nest.start([(1, Op::Rollback), (2, Op::Begin), (3, incomplete)].into());
    let _ = engine.commit();
    let _ = engine.rollback();
    check_settled(&dump(&*engine));
    assert_eq!(dump(&*engine), before);
}

/// An entry and an owner in one grant, for an instance that had no ACL: its ACL
/// is there afterwards, and is persisted.
#[test]
fn an_absent_acl_takes_an_entry_and_an_owner_at_once() {
    let client = Client::new(&[1, 2], &[(3, &[0])]);
    let engine = Engine::new(&client);
    let without_acl = b"ACO\x01\0\0\0\x01\0\x03\0\0\0\0\0\x01\0";
    engine
        .restore(&mut Bytes::from(without_acl))
        .expect("as Anjay writes it");
    let grant = Provision {
        oid: 3,
        iid: 0,
        ssid: 1,
        mask: 1,
        owner: 2,
    };
    engine.provision([grant].into_iter()).expect("valid");
    assert_eq!(engine.next_entry(0, None), Ok(Some(1)));
    let with_acl = b"ACO\x01\0\0\0\x01\0\x03\0\0\0\0\0\x02\x01\0\0\0\x01\0\x01\0\x01";
    assert_eq!(persisted(&engine), with_acl);
}

fn sync_all(
    engine: &Engine<&Client>,
    origin: Ssid,
    changes: &[(Oid, &[Iid])],
) -> Result<(), Error> {
    let changes = changes
        .iter()
        .map(|&(oid, created)| ObjectChange { oid, created });
    engine.sync(origin, changes)
}

fn account_gone(client: &Client, ssid: Ssid) {
    assert!(client.take(0, ssid) && client.take(1, ssid));
}

/// D18. Anjay 3.14.0 removes the target of an instance that the Bootstrap-Server
/// owns, when the last entry was that of a removed server; here no removed
/// server owned it, so it is kept.
#[test]
fn d18_no_removed_server_owned_it() {
    let client = Client::new(&[1, 2, 3], &[(1234, &[0])]);
    let engine = Engine::new(&client);
    engine.set_acl(1234, 0, 3, 15).expect("a valid grant");
    engine.set_acl(1, 1, 3, 15).expect("a valid grant");
    account_gone(&client, 3);
    sync_all(&engine, SSID_BOOTSTRAP, &[(0, &[]), (1, &[])]).expect("it can be listed");
    let keeps = !cfg!(feature = "anjay-compat");
    assert_eq!(client.has(1234, 0), keeps, "the target");
    assert_eq!(client.has(1, 1), keeps, "the Server Object Instance of 1");
    if keeps {
        assert_eq!(engine.read(0, RID_OWNER, 0), Ok(SSID_BOOTSTRAP));
        assert_eq!(engine.next_entry(0, None), Ok(None), "present and empty");
        assert_eq!(
            client.changes.take().last(),
            Some(&Change::Resource(1, RID_ACL))
        );
    }
}

/// D19. In Anjay 3.14.0 the owner from an earlier Instance has the rights on the
/// one that another server creates in its place; here its creator has.
#[test]
fn d19_the_creator_owns_what_it_created() {
    let client = Client::new(&[1, 2], &[(1234, &[0])]);
    let engine = Engine::new(&client);
    engine.set_owner(1234, 0, 1, &mut 7).expect("valid");
    engine.set_acl(1234, 0, 0, 15).expect("valid");
    client.changes.take();
    // The Instance goes and comes back, and nobody was told of the first.
    sync_all(&engine, 2, &[(1234, &[0])]).expect("it can be listed");
    assert_eq!(engine.next_instance(None), Some(7), "it keeps its ID");
    assert_eq!(engine.read(7, RID_OWNER, 0), Ok(2));
    assert_eq!(engine.next_entry(7, None), Ok(Some(2)));
    assert_eq!(engine.next_entry(7, Some(2)), Ok(None), "no other entry");
    assert_eq!(engine.read(7, RID_ACL, 2), Ok(15));
    assert_eq!(
        client.changes.take(),
        [Change::Resource(7, RID_OWNER), Change::Resource(7, RID_ACL)]
    );
    sync_all(&engine, 2, &[(1234, &[0])]).expect("it can be listed");
    assert_eq!(client.changes.take(), [], "all is as it was");
}

/// D20. In Anjay 3.14.0 one entry for a server that is gone makes every later
/// edit of the ACL fail; here only what is written counts.
#[test]
fn d20_what_was_there_is_not_validated() {
    let client = Client::new(&[1, 2, 3], &[(1234, &[0])]);
    let engine = Engine::new(&client);
    engine.set_acl(1234, 0, 1, 15).expect("valid");
    engine.set_acl(1234, 0, 3, 15).expect("valid");
    engine
        .set_owner(1234, 0, 3, &mut { MAX_ID })
        .expect("valid");
    // Its Server Object Instance alone, so nothing drops the entry.
    client.take(1, 3);
    let edit = |edit| {
        engine.begin().expect("none is open");
        engine.edit(0, edit).expect("in range");
        (engine.validate(), engine.commit()).1
    };
    assert_eq!(edit(Edit::Write(RID_ACL, 1, 1)), Ok(()), "Allow the rest");
    assert_eq!(edit(Edit::RemoveEntry(1)), Ok(()), "Allow the rest");
    let refused = Err(Error::BadRequest);
    assert_eq!(edit(Edit::Write(RID_ACL, 3, 1)), refused, "Deny the entry");
    assert_eq!(
        edit(Edit::Write(RID_OWNER, 0, 3)),
        refused,
        "Deny the owner"
    );
    let why = client.refusals.take();
    assert_eq!(
        (why[0].call, why[0].why),
        (Call::Validate, Why::ServerUnknown)
    );
    assert_eq!((why[0].acl_iid, why[0].rid, why[0].ssid), (0, RID_ACL, 3));
    assert_eq!(
        (why[1].call, why[1].why),
        (Call::Commit, Why::ServerUnknown)
    );
    assert_eq!((why[2].why, why[2].rid), (Why::OwnerUnknown, RID_OWNER));
}

/// D21. In Anjay 3.14.0 everybody may do everything, once one account is left;
/// here that account's server alone.
#[test]
fn d21_the_only_account_is_somebodys() {
    let client = Client::new(&[2], &[(1234, &[0])]);
    let engine = Engine::new(&client);
    let may = |ssid| engine.decide(ssid, Operation::Write, 1234, 0);
    assert_eq!(may(2).rule, Rule::SingleServer);
    assert!(may(2).allowed, "Allow the only server");
    for ssid in [0, 1, 3] {
        assert!(!may(ssid).allowed, "Deny {ssid}");
        assert_eq!(may(ssid).rule, Rule::NotGoverned);
    }
}

/// An owner that went away after the last good validation.
#[test]
fn a_failed_validation_makes_a_good_one_void() {
    let client = Client::new(&[1, 2], &[(1234, &[0])]);
    let engine = Engine::new(&client);
    engine.set_acl(1234, 0, 1, 15).expect("valid");
    engine.begin().expect("none is open");
    engine
        .edit(0, Edit::Write(RID_OWNER, 0, 2))
        .expect("in range");
    assert_eq!(engine.validate(), Ok(()));
    client.take(1, 2);
    assert_eq!(engine.validate(), Err(Error::BadRequest));
    assert_eq!(engine.commit(), Err(Error::BadRequest));
    assert_eq!(engine.read(0, RID_OWNER, 0), Ok(SSID_BOOTSTRAP));
}

/// Whatever comes after a good validation makes the commit validate again.
#[test]
fn what_follows_a_good_validation_makes_it_void() {
    let client = Client::new(&[1, 2], &[(1234, &[0, 1])]);
    type Follow<'a> = (&'a str, &'a dyn Fn(&Engine<&Client>));
    let follow: [Follow<'_>; 4] = [
        ("sync", &|engine| {
            sync_all(engine, SSID_BOOTSTRAP, &[(1234, &[])]).expect("listed");
        }),
        ("set_acl", &|engine| {
            engine.set_acl(1234, 1, 1, 1).expect("valid");
        }),
        ("set_owner", &|engine| {
            engine
                .set_owner(1234, 1, 1, &mut { MAX_ID })
                .expect("valid");
        }),
        ("provision", &|engine| {
            let grant = Provision {
                oid: 1234,
                iid: 1,
                ssid: 1,
                mask: 1,
                owner: 0,
            };
            engine.provision([grant].into_iter()).expect("valid");
        }),
    ];
    for (what, follow) in follow {
        client.add(1, &[2]);
        let engine = Engine::new(&client);
        engine.set_acl(1234, 0, 1, 15).expect("valid");
        engine.begin().expect("none is open");
        engine
            .edit(0, Edit::Write(RID_OWNER, 0, 2))
            .expect("in range");
        assert_eq!(engine.validate(), Ok(()), "{what}");
        follow(&engine);
        client.take(1, 2);
        assert_eq!(engine.commit(), Err(Error::BadRequest), "{what}");
        assert_eq!(engine.read(0, RID_OWNER, 0), Ok(SSID_BOOTSTRAP), "{what}");
    }
}

/// What an answer changes and commits, while the transaction around it is being
/// validated, does not pass for validated.
#[test]
fn a_commit_within_a_validation_validates() {
    let engine = nested(Client::new(&[1, 2], &[(3, &[0])]), At::Everything);
    let nest = &engine.host().0;
    engine.set_acl(3, 0, 1, 15).expect("a valid grant");
    let before = dump(&*engine);
    engine.begin().expect("none is open");
    engine.edit(0, Edit::Write(2, 2, 1)).expect("in range");
    let unknown_owner = Op::Edit(0, Edit::Write(3, 0, 77));
    nest.start([(1, unknown_owner), (2, Op::Commit)].into());
    let _ = engine.validate();
    assert_eq!(nest.done.borrow().len(), 2);
    assert_eq!(nest.done.take()[1].2.0, Err(Error::BadRequest));
    assert_eq!(dump(&*engine), before);
}

/// An entry for a server that does not exist is refused, and not dropped first.
#[test]
fn what_was_written_is_validated_before_it_is_dropped() {
    let client = Client::new(&[1, 2], &[(9, &[1]), (1234, &[0])]);
    let engine = Engine::new(&client);
    engine.begin().expect("none is open");
    let write = |iid, rid, riid, value| engine.edit(iid, Edit::Write(rid, riid, value));
    engine.edit(1, Edit::Create).expect("a free ID");
    write(1, RID_OID, 0, 9).expect("in range");
    write(1, RID_OIID, 0, 1).expect("in range");
    write(1, RID_ACL, 33, 1).expect("in range");
    let sync = || sync_all(&engine, SSID_BOOTSTRAP, &[(2, &[1]), (9, &[1])]);
    assert_eq!(sync(), Err(Error::BadRequest));
    let told = client.refusals.take();
    assert_eq!(
        (told[0].call, told[0].why),
        (Call::Sync, Why::ServerUnknown)
    );
    assert_eq!((told[0].acl_iid, told[0].ssid), (1, 33));
    assert_eq!(engine.read(1, RID_ACL, 33), Ok(1), "nothing has changed");
    engine.rollback().expect("one is open");

    // The same, where the target would be deleted for it.
    engine.set_owner(1234, 0, 1, &mut 3).expect("valid");
    engine.begin().expect("none is open");
    engine.edit(3, Edit::Remove).expect("it exists");
    engine.edit(7, Edit::Create).expect("a free ID");
    write(7, RID_OID, 0, 1234).expect("in range");
    write(7, RID_OIID, 0, 0).expect("in range");
    write(7, RID_ACL, 9, 1).expect("in range");
    let sync = || sync_all(&engine, SSID_BOOTSTRAP, &[(2, &[7])]);
    assert_eq!(sync(), Err(Error::BadRequest));
    assert!(client.has(1234, 0), "nothing has been deleted");
    assert_eq!(engine.commit(), Err(Error::BadRequest));
    assert_eq!(engine.next_instance(None), Some(3));
}

/// Removing an orphan runs code of the application, which may give the next one
/// to somebody: that one stays.
#[test]
fn an_orphan_that_somebody_can_reach_by_now_stays() {
    for rescue in [Op::SetAcl(1234, 1, 2, 15), Op::SetOwner(1234, 1, 2, MAX_ID)] {
        let engine = nested(Client::new(&[1, 2, 3], &[(1234, &[0, 1])]), At::Everything);
        let nest = &engine.host().0;
        for iid in [0, 1] {
            engine
                .set_owner(1234, iid, 1, &mut { MAX_ID })
                .expect("valid");
        }
        account_gone(&nest.client, 1);
        // The second call, after the accounts' list, removes /1234/0.
        nest.start([(2, rescue.clone())].into());
        let change = ObjectChange {
            oid: 0,
            created: &[],
        };
        let result = engine.sync(SSID_BOOTSTRAP, [change].into_iter());
        assert_eq!(result, Ok(()));
        assert_eq!(nest.done.take()[0].2.0, Ok(()), "{rescue:?}");
        assert!(!nest.client.has(1234, 0), "nobody can reach it");
        assert!(
            nest.client.has(1234, 1),
            "server 2 can reach it: {rescue:?}"
        );
        assert_eq!(engine.next_instance(None), Some(1));
    }
}

/// What a synchronisation has yet to do outlives a transaction that begins and is
/// rolled back within an answer.
#[test]
fn a_transaction_within_an_answer_loses_nothing_that_is_to_be_done() {
    let engine = nested(Client::new(&[1, 2, 3], &[(1234, &[0, 1])]), At::Everything);
    let nest = &engine.host().0;
    engine.set_acl(1234, 0, 1, 15).expect("valid");
    engine.set_acl(1234, 0, 2, 15).expect("valid");
    for iid in [0, 1] {
        engine
            .set_owner(1234, iid, 1, &mut { MAX_ID })
            .expect("valid");
    }
    account_gone(&nest.client, 1);
    // After the accounts' list the host is told of the new owner and the ACL of /2/0,
    // and then to remove /1234/1.
    nest.start([(2, Op::Begin), (3, Op::Rollback)].into());
    let change = ObjectChange {
        oid: 0,
        created: &[],
    };
    let result = engine.sync(SSID_BOOTSTRAP, [change].into_iter());
    assert_eq!(result, Ok(()));
    let done = nest.done.take();
    assert!(done.len() == 2 && done.iter().all(|done| done.2.0 == Ok(())));
    assert!(!nest.client.has(1234, 1), "nobody can reach it");
    assert_eq!(engine.next_instance(Some(0)), None);
}

/// A host hears of what is different after a synchronisation, and of nothing
/// else.
#[test]
fn a_host_is_told_of_differences_only() {
    let client = Client::new(&[1, 2, 3], &[(1234, &[0, 1]), (5, &[0])]);
    client.fixed.borrow_mut().insert(5);
    let engine = Engine::new(&client);
    engine
        .set_owner(1234, 0, 1, &mut { MAX_ID })
        .expect("valid");
    engine.set_acl(1234, 0, 1, 15).expect("valid");
    account_gone(&client, 1);
    client.changes.take();
    sync_all(&engine, SSID_BOOTSTRAP, &[(0, &[])]).expect("it can be listed");
    assert_eq!(client.changes.take(), [Change::Instances], "it is gone");
    // A target that cannot be removed: nothing comes and nothing goes.
    engine.set_owner(5, 0, 2, &mut { MAX_ID }).expect("valid");
    account_gone(&client, 2);
    client.changes.take();
    sync_all(&engine, SSID_BOOTSTRAP, &[(0, &[])]).expect("it can be listed");
    assert_eq!(client.changes.take(), [Change::Resource(0, RID_OWNER)]);
}

/// Grants are read once, for what is behind them may change in between.
#[test]
fn provisioning_reads_each_grant_once() {
    #[derive(Clone)]
    struct Changing(std::rc::Rc<std::cell::Cell<u32>>, usize);
    impl Iterator for Changing {
        type Item = Provision;
        fn next(&mut self) -> Option<Provision> {
            self.1 = self.1.checked_sub(1)?;
            self.0.set(self.0.get() + 1);
            let is_first = self.0.get() == 1;
            Some(Provision {
                oid: 1234,
                iid: 0,
                ssid: if is_first { 1 } else { SSID_BOOTSTRAP },
                mask: if is_first { 1 } else { 0xfff0 },
                owner: 0,
            })
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (self.1, Some(self.1))
        }
    }
    impl ExactSizeIterator for Changing {}
    let client = Client::new(&[1, 2], &[(1234, &[0])]);
    let engine = Engine::new(&client);
    assert_eq!(engine.provision(Changing(Default::default(), 1)), Ok(()));
    assert_eq!(engine.next_entry(0, None), Ok(Some(1)));
    assert_eq!(engine.next_entry(0, Some(1)), Ok(None));
    assert_eq!(engine.read(0, RID_ACL, 1), Ok(1));
}

/// Persisting within a transaction clears the mark of the state that it writes:
/// what the transaction changes is modified once it is committed.
#[test]
fn persisting_clears_the_mark_of_what_it_wrote() {
    let client = Client::new(&[1, 2], &[(1234, &[0])]);
    let engine = Engine::new(&client);
    engine.set_acl(1234, 0, 1, 15).expect("valid");
    for commits in [false, true] {
        engine.begin().expect("none is open");
        engine
            .edit(0, Edit::Write(RID_ACL, 2, 1))
            .expect("in range");
        persisted(&engine);
        assert!(!engine.is_modified(), "the state before is written");
        match commits {
            true => engine.commit().expect("valid"),
            false => engine.rollback().expect("one is open"),
        }
        assert_eq!(engine.is_modified(), commits);
    }
}
