//! Transactions over all Objects that an operation changes.
//!
//! An Object joins before its first change. At the end everything is validated,
//! then everything is committed; whatever fails takes everything back. Access
//! Control follows in Anjay's order: an operation of a server before that, so
//! that an Instance has its rights or does not exist; a bootstrap afterwards, in
//! a transaction of its own. In both, what was written to Object 2 is validated
//! before anything drops it: in the first, by the engine.

use crate::answer::{Code, Done, Fault};
use crate::client::{Client, Touch};
use crate::object::{Object, Step};
use crate::path::{Path, SSID_BOOTSTRAP};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Objects whose set of Instances changed, with the Instances that are new.
pub type Changes = BTreeMap<u16, Vec<u16>>;

#[derive(Default)]
pub struct Transaction {
    depth: usize,
    members: Vec<Rc<dyn Object>>,
    changes: Changes,
    touched: Vec<Touch>,
    removed: Vec<Path>,
    /// Why an earlier part of a long transaction leaves nothing to commit.
    spoiled: Option<Fault>,
}

impl Client {
    /// Opens a transaction, or a part of the one that is open.
    pub fn begin(&self) {
        self.with(|state| state.transaction.depth += 1);
    }

    /// Runs a change of `origin`: the whole of it, or nothing.
    pub fn transact<T>(
        &self,
        origin: u16,
        body: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.begin();
        let result = body();
        self.end(origin, result)
    }

    /// Ends the transaction or part of it, after `result`.
    pub fn end<T>(&self, origin: u16, result: Result<T, Fault>) -> Result<T, Fault> {
        let is_part = self.with(|state| {
            let transaction = &mut state.transaction;
            let is_part = transaction.depth > 1;
            if is_part {
                transaction.depth -= 1;
                if let Err(fault) = &result {
                    // What the part has changed cannot be taken back alone.
                    transaction.spoiled.get_or_insert_with(|| fault.clone());
                }
            }
            is_part
        });
        if is_part {
            return result;
        }
        let result = result.and_then(|value| {
            if let Some(fault) = self.with(|state| state.transaction.spoiled.take()) {
                return Err(fault);
            }
            if origin != SSID_BOOTSTRAP {
                let changes = self.with(|state| std::mem::take(&mut state.transaction.changes));
                self.synchronise(origin, &changes)?;
            }
            self.commit()?;
            Ok(value)
        });
        if result.is_err() {
            self.roll_back();
        }
        let ended = self.with(|state| std::mem::take(&mut state.transaction));
        if result.is_ok() {
            self.with(|state| {
                state.touched.extend(ended.touched);
                state.removed.extend(ended.removed);
                // What Access Control has not followed yet.
                state.report(ended.changes);
            });
        }
        result
    }

    /// Has an Object join the transaction.
    pub fn join(&self, object: &Rc<dyn Object>) -> Done {
        let is_member = self.with(|state| {
            let mut members = state.transaction.members.iter();
            members.any(|member| Rc::ptr_eq(member, object))
        });
        if !is_member {
            object.step(Step::Begin)?;
            self.with(|state| state.transaction.members.push(Rc::clone(object)));
        }
        Ok(())
    }

    /// Notes that an Object has a new Instance.
    pub fn instance_created(&self, origin: u16, oid: u16, iid: u16) {
        self.with(|state| {
            let transaction = &mut state.transaction;
            transaction.changes.entry(oid).or_default().push(iid);
            transaction.touched.push((Path::new(&[oid]), origin));
        });
    }

    /// Notes that an Object has lost an Instance.
    pub fn instance_removed(&self, origin: u16, oid: u16, iid: u16) {
        self.with(|state| {
            let transaction = &mut state.transaction;
            let created = transaction.changes.entry(oid).or_default();
            created.retain(|created| *created != iid);
            transaction.touched.push((Path::new(&[oid]), origin));
            transaction.removed.push(Path::new(&[oid, iid]));
        });
    }

    /// Notes that a resource has a new value.
    pub fn value_changed(&self, origin: u16, path: Path) {
        self.with(|state| {
            let transaction = &mut state.transaction;
            transaction.touched.push((path, origin));
            if let Some(oid @ (0 | 1)) = path.oid() {
                // Accounts are told apart by values, not by Instance IDs.
                transaction.changes.entry(oid).or_default();
            }
        });
    }

    /// Brings Object 2 in step with changed Objects, in the open transaction.
    pub fn synchronise(&self, origin: u16, changes: &Changes) -> Done {
        let Some(access_control) = self.access_control() else {
            return Ok(());
        };
        if changes.is_empty() {
            return Ok(());
        }
        let object: Rc<dyn Object> = access_control.clone();
        self.join(&object)?;
        access_control.synchronise(origin, changes)
    }

    /// Synchronises with what a bootstrap changed, or the application reported.
    pub fn synchronise_reported(&self) -> Done {
        // Handlers that report more while being asked are heard in the next
        // round; one that never stops does not hold the client up.
        for _ in 0..4 {
            let changes = self.with(|state| std::mem::take(&mut state.reported));
            if changes.is_empty() {
                break;
            }
            let followed = self.transact(SSID_BOOTSTRAP, || {
                self.synchronise(SSID_BOOTSTRAP, &changes)
            });
            if followed.is_err() {
                // It is tried again.
                self.with(|state| state.report(changes));
                return followed;
            }
        }
        Ok(())
    }

    fn members(&self) -> Vec<Rc<dyn Object>> {
        let mut members = self.with(|state| state.transaction.members.clone());
        members.retain(|member| !member.is_gone());
        // Object 2 last: if another cannot commit, the rights do not change.
        members.sort_by_key(|member| (member.oid() == 2, member.oid()));
        members
    }

    fn commit(&self) -> Done {
        for member in self.members() {
            member.step(Step::Validate)?;
        }
        for member in self.members() {
            member.step(Step::Commit)?;
            self.with(|state| {
                let members = &mut state.transaction.members;
                members.retain(|other| !Rc::ptr_eq(other, &member));
            });
        }
        Ok(())
    }

    fn roll_back(&self) {
        for member in self.members() {
            // There is nothing left to do about one that cannot go back.
            let _ = member.step(Step::Rollback);
        }
    }

    /// Takes back what is not finished, such as a bootstrap.
    pub fn abandon(&self) {
        while self.in_transaction() {
            let fault = Fault::new(Code::INTERNAL, "the client is deleted");
            let _: Done = self.end(SSID_BOOTSTRAP, Err(fault));
        }
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.with(|state| state.transaction.depth > 0)
    }
}
