//! Object 2 for servers: its instances, resources and entries, and their edits.

use crate::engine::State;
use crate::grant::is_governable;
use crate::refusal::Story;
use crate::row::{AclEntry, Instance, Touch};
use crate::{
    Call, Engine, Error, Host, Iid, MAX_ID, Mask, RID_ACL, RID_OID, RID_OIID, RID_OWNER, Rid,
    SSID_BOOTSTRAP, Ssid, Why,
};

/// What a server asks to be done to an instance of Object 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Adds it, without a target and without an ACL, owned by the
    /// Bootstrap-Server.
    Create,
    /// Removes it.
    Remove,
    /// Prepares it for a replacing write: no ACL, no owner.
    Reset,
    /// Empties the ACL, which is present afterwards; no other resource takes it.
    ResetResource(Rid),
    /// Writes a value to a resource, or to an entry of the ACL.
    Write(Rid, u16, i64),
    /// Removes one entry of the ACL [LwM2M 1.2].
    RemoveEntry(Ssid),
}

impl<H: Host> Engine<H> {
    /// The first instance with an ID above `previous` (with the lowest ID, if
    /// `None`).
    #[must_use]
    pub fn next_instance(&self, previous: Option<Iid>) -> Option<Iid> {
        let next = self.next(-1, next_id(previous)).ok();
        next.filter(|next| *next != MAX_ID)
    }

    /// The first ACL entry of an instance above `previous`.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, or its ACL is absent.
    pub fn next_entry(&self, iid: Iid, previous: Option<Ssid>) -> Result<Option<Ssid>, Error> {
        let next = self.next(iid.into(), next_id(previous))?;
        Ok((next != MAX_ID).then_some(next))
    }

    /// The first entry of an instance whose SSID is `from` or above; or the first
    /// instance whose ID is, if `iid` is -1. [`MAX_ID`], if there is none.
    pub(crate) fn next(&self, iid: i32, from: u16) -> Result<u16, Error> {
        let table = &self.lock().ok_or(Error::Busy)?.table;
        if iid == -1 {
            return Ok(table.at_or_after(from).map_or(MAX_ID, Instance::iid));
        }
        // There is nothing at 65535, nor beyond.
        match table.find((iid as u32).min(MAX_ID.into()) as u16) {
            Some(instance) if instance.has_acl() => {
                Ok(table.entry_at_or_after(instance, from).ssid())
            }
            _ => Err(Error::NotFound),
        }
    }

    /// The value of a resource, or of a resource instance of the ACL.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, resource or entry, or not set.
    pub fn read(&self, iid: Iid, rid: Rid, riid: u16) -> Result<u16, Error> {
        let table = &self.lock().ok_or(Error::Busy)?.table;
        let instance = table.find(iid).ok_or(Error::NotFound)?;
        let (value, is_set) = match rid {
            RID_OID => (instance.target().oid(), instance.target().oid() != 0),
            RID_OIID => (instance.target().iid(), instance.has_iid()),
            RID_ACL => {
                let entry = table.entry_at_or_after(instance, riid);
                (entry.mask(), entry.ssid() == riid && !entry.is_none())
            }
            RID_OWNER => (table.owner(instance), table.owner(instance) != 0),
            _ => (0, false),
        };
        match is_set {
            true => Ok(value),
            false => Err(Error::NotFound),
        }
    }

    /// Does what a server asks of an instance, in a transaction.
    ///
    /// # Errors
    /// [`Error::NotFound`]: no such instance, resource or entry.
    /// [`Error::BadRequest`]: a value out of range. [`Error::Conflict`]: the
    /// instance to be created exists. [`Error::NotAllowed`]: the resource cannot
    /// be reset. [`Error::Busy`]: no transaction is open. [`Error::NoMemory`].
    pub fn edit(&self, iid: Iid, edit: Edit) -> Result<(), Error> {
        let edited = self
            .lock()
            .ok_or(Why::InUse)
            .and_then(|mut state| state.edit(iid, edit));
        edited.map_err(|why| self.refuse_changes(&edit.story(iid), why))
    }
}

/// The ID after `previous`, or the lowest. There is nothing at 65535, neither an
/// instance nor an entry.
fn next_id(previous: Option<u16>) -> u16 {
    previous.map_or(0, |previous| previous.saturating_add(1))
}

impl Edit {
    /// What is told of it, should it be refused.
    fn story(self, acl_iid: Iid) -> Story {
        let mut story = Story::of(Call::Create);
        story.tell(|call| {
            call.acl_iid = acl_iid;
            match self {
                Edit::Create => {}
                Edit::Remove => call.call = Call::Remove,
                Edit::Reset => call.call = Call::Reset,
                Edit::ResetResource(rid) => (call.call, call.rid) = (Call::ResetResource, rid),
                Edit::Write(rid, riid, value) => {
                    (call.call, call.rid, call.value) = (Call::Write, rid, value);
                    if rid == RID_ACL {
                        call.ssid = riid;
                    }
                }
                Edit::RemoveEntry(ssid) => {
                    (call.call, call.rid, call.ssid) = (Call::RemoveEntry, RID_ACL, ssid);
                }
            }
        });
        story
    }

    /// What validation is to look at afterwards.
    const fn touches(self) -> Ssid {
        match self {
            Edit::Write(RID_ACL, ssid, _) => ssid,
            Edit::Write(RID_OWNER, ..) => Touch::OWNER,
            _ => Touch::ANYTHING,
        }
    }
}

impl State {
    fn edit(&mut self, iid: Iid, edit: Edit) -> Result<(), Why> {
        if !self.table.is_open() {
            return Err(Why::NoTransaction);
        }
        self.table.make_room_for_touch()?;
        let edited = self.try_edit(iid, edit);
        if edited.is_ok() {
            // What is refused has changed nothing, so there is nothing to look at.
            self.table.touch(Touch::new(iid, edit.touches()));
        }
        self.conclude(edited)
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn try_edit(&mut self, iid: Iid, edit: Edit) -> Result<(), Why> {
        let table = &mut self.table;
        let Some(found) = table.find(iid) else {
            if edit != Edit::Create {
                return Err(Why::NoInstance);
            }
            if iid == MAX_ID {
                return Err(Why::IidOutOfRange);
            }
            table.start(1)?;
            table.add(Instance::bare(iid), SSID_BOOTSTRAP);
            return Ok(());
        };
        match edit {
            Edit::Create => return Err(Why::IidTaken),
            Edit::Remove => table.remove(found),
            Edit::Reset => {
                let bare = found.with_acl(false);
                table.empty(found, bare);
                table.set_owner(bare, 0);
            }
            Edit::RemoveEntry(ssid) => {
                let entry = table.entry_at_or_after(found, ssid);
                if entry.is_none() || entry.ssid() != ssid {
                    return Err(Why::NoEntry);
                }
                table.remove_entry(found, ssid);
            }
            Edit::ResetResource(RID_ACL) => table.empty(found, found.with_acl(true)),
            Edit::ResetResource(rid) if rid <= RID_OWNER => return Err(Why::NotResettable),
            Edit::Write(rid, riid, value) if rid <= RID_OWNER => {
                let most = match rid {
                    RID_ACL => Mask::all().bits(),
                    _ => u16::MAX,
                };
                let value = match u16::try_from(value) {
                    Ok(value) if value <= most => value,
                    _ if rid == RID_ACL => return Err(Why::MaskOutOfRange),
                    _ => return Err(Why::ValueOutOfRange),
                };
                match rid {
                    RID_OID if !is_governable(value) => return Err(Why::NotGovernable),
                    RID_OID => table.change(found, found.with_oid(value)),
                    RID_OIID => table.change(found, found.with_target_iid(value)),
                    RID_OWNER if value == 0 => return Err(Why::OwnerIsZero),
                    RID_OWNER => table.set_owner(found, value),
                    _ if riid == SSID_BOOTSTRAP => return Err(Why::BootstrapSsid),
                    _ => table.set_entry(found, AclEntry::new(riid, value)),
                }
            }
            Edit::ResetResource(_) | Edit::Write(..) => return Err(Why::NoResource),
        }
        Ok(())
    }
}
