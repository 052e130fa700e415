//! The calls of the application: grants, one by one or many at once, and purge.
//!
//! Each grant is checked in the same order: what is wrong whatever the state; the
//! target, where no instance governs it yet; the server, where the grant is not
//! there already.

use crate::engine::State;
use crate::list::List;
use crate::refusal::Story;
use crate::row::{AclEntry, Instance, Target};
use crate::table::{IdMap, Table};
use crate::{
    Call, Change, Engine, Error, Host, Ids, Iid, MAX_ID, Mask, OID_ACCESS_CONTROL, OID_SECURITY,
    Oid, RID_ACL, RID_OWNER, Rid, SSID_ANY, SSID_BOOTSTRAP, Ssid, Why,
};

/// One grant of many: what [`Engine::set_acl`] takes, and an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provision {
    /// Target Object.
    pub oid: Oid,
    /// Target Instance, or [`MAX_ID`].
    pub iid: Iid,
    /// Whose rights these are.
    pub ssid: Ssid,
    /// The rights, as [`crate::Mask`] bits.
    pub mask: u16,
    /// The owner that the target is to have; zero leaves it as it is.
    pub owner: Ssid,
}

/// Which of the grants was refused; their number, if it was none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Place of the grant.
    pub at: usize,
    /// Why.
    pub error: Error,
}

/// What is given to a server: an entry with this mask, or else ownership.
#[derive(Clone, Copy)]
pub(crate) struct Grant {
    pub(crate) target: Target,
    pub(crate) ssid: Ssid,
    pub(crate) mask: Option<u16>,
    /// The ID that the Access Control instance is to have, or [`MAX_ID`]; becomes
    /// the one that it has, or that is in the way.
    pub(crate) acl_iid: Iid,
    /// Becomes true, if that is a new one.
    is_new: bool,
}

/// Whether instances of the Object can be governed at all.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) const fn is_governable(oid: Oid) -> bool {
    oid != OID_SECURITY && oid != OID_ACCESS_CONTROL && oid != MAX_ID
}

impl Grant {
    pub(crate) const fn new(target: Target, ssid: Ssid, mask: Option<u16>, acl_iid: Iid) -> Grant {
        Grant {
            target,
            ssid,
            mask,
            acl_iid,
            is_new: false,
        }
    }

    /// Fails, if it is wrong whatever the state.
    fn check(&self) -> Result<(), Why> {
        let creates = self.target.is_creation();
        match self.mask {
            None if self.ssid == SSID_ANY => Err(Why::OwnerIsZero),
            None => Ok(()),
            Some(_) if self.ssid == SSID_BOOTSTRAP => Err(Why::BootstrapSsid),
            Some(mask) => match Mask::from_bits(mask) {
                None => Err(Why::MaskOutOfRange),
                Some(mask) if creates && !Mask::CREATE.contains(mask) => Err(Why::OnlyCreate),
                Some(mask) if !creates && mask.contains(Mask::CREATE) => Err(Why::CreateOnInstance),
                Some(_) => Ok(()),
            },
        }
        .and_then(|()| match is_governable(self.target.oid()) {
            true => Ok(()),
            false => Err(Why::NotGovernable),
        })
    }

    const fn resource(&self) -> Rid {
        match self.mask {
            Some(_) => RID_ACL,
            None => RID_OWNER,
        }
    }

    /// That of a server that does not exist.
    const fn unknown(&self) -> Why {
        match self.mask {
            Some(_) => Why::ServerUnknown,
            None => Why::OwnerUnknown,
        }
    }
}

/// What the host has answered to the questions that a grant depends on.
trait Answers {
    /// Fails, if there is no such target, or it was not asked about.
    fn target(&self, target: Target) -> Result<(), Why>;
    /// Whether the server exists.
    fn knows(&self, ssid: Ssid) -> bool;
}

/// Of a single grant, which of the two was asked and found to be there.
#[derive(Default)]
struct Found {
    target: bool,
    server: bool,
}

impl Answers for Found {
    fn target(&self, _: Target) -> Result<(), Why> {
        match self.target {
            true => Ok(()),
            false => Err(Why::InstanceMissing),
        }
    }

    fn knows(&self, _: Ssid) -> bool {
        self.server
    }
}

impl State {
    /// Does what a grant says.
    #[cfg_attr(target_os = "none", inline(never))]
    fn grant(&mut self, grant: &mut Grant, answers: &impl Answers) -> Result<(), Why> {
        let table = &mut self.table;
        let wanted = grant.acl_iid;
        let found = match table.governing(grant.target) {
            MAX_ID => None,
            governing if wanted != MAX_ID && wanted != governing => {
                grant.acl_iid = governing;
                return Err(Why::TargetHasOther);
            }
            governing => table.find(governing),
        };
        if found.is_none() {
            answers.target(grant.target)?;
            if wanted != MAX_ID && table.find(wanted).is_some() {
                return Err(Why::IidTaken);
            }
        }
        let there = match found {
            None => SSID_ANY,
            Some(found) if grant.mask.is_none() => table.owner(found),
            Some(found) => table.entry_at_or_after(found, grant.ssid).ssid(),
        };
        let is_nobodys = grant.ssid == SSID_ANY || grant.ssid == SSID_BOOTSTRAP;
        if there != grant.ssid && !is_nobodys && !answers.knows(grant.ssid) {
            return Err(grant.unknown());
        }
        let instance = match found {
            Some(found) => found,
            None => {
                let iid = match wanted {
                    MAX_ID => table.lowest_free_iid(),
                    wanted => wanted,
                };
                if iid == MAX_ID {
                    return Err(Why::IidsFull);
                }
                let new = Instance::new(iid, grant.target);
                table.add(new, SSID_BOOTSTRAP);
                new
            }
        };
        grant.acl_iid = instance.iid();
        grant.is_new = found.is_none();
        match grant.mask {
            Some(mask) => table.set_entry(instance, AclEntry::new(grant.ssid, mask)),
            None => table.set_owner(instance, grant.ssid),
        }
        Ok(())
    }
}

impl<H: Host> Engine<H> {
    /// Grants `ssid` exactly the rights `mask` on a target.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for values out of range, [`Error::Unreachable`],
    /// [`Error::UnknownServer`], [`Error::Full`], [`Error::NoMemory`],
    /// [`Error::Host`].
    pub fn set_acl(&self, oid: Oid, iid: Iid, ssid: Ssid, mask: u16) -> Result<(), Error> {
        self.grant(&mut Grant::new(
            Target::new(oid, iid),
            ssid,
            Some(mask),
            MAX_ID,
        ))
    }

    /// Sets the owner of a target. `acl_iid` is the ID that the Access Control
    /// instance has or is to get, or [`MAX_ID`]. It becomes the instance's ID,
    /// or after [`Error::Conflict`] the ID that is in the way.
    ///
    /// # Errors
    /// As [`Engine::set_acl`]; also [`Error::Conflict`].
    pub fn set_owner(
        &self,
        oid: Oid,
        iid: Iid,
        owner: Ssid,
        acl_iid: &mut Iid,
    ) -> Result<(), Error> {
        let mut grant = Grant::new(Target::new(oid, iid), owner, None, *acl_iid);
        let granted = self.grant(&mut grant);
        *acl_iid = grant.acl_iid;
        granted
    }

    /// As [`Engine::set_acl`] or [`Engine::set_owner`].
    #[inline]
    pub(crate) fn grant(&self, grant: &mut Grant) -> Result<(), Error> {
        match self.overwrite(grant) {
            Some(iid) => {
                self.host.changed(Change::Resource(iid, RID_ACL));
                Ok(())
            }
            None => self.grant_asking(grant),
        }
    }

    /// What most grants come to, in a hurry: a mask for a server that has one
    /// already. Gives the instance.
    #[inline]
    fn overwrite(&self, grant: &Grant) -> Option<Iid> {
        if !Table::OVERWRITES {
            return None;
        }
        let entry = AclEntry::new(grant.ssid, grant.mask?);
        grant.check().ok()?;
        let mut state = self.lock()?;
        let iid = state.table.overwrite(grant.target, entry)?;
        state.modified = true;
        Some(iid)
    }

    // Not in the way of the short one.
    #[cfg_attr(not(target_os = "none"), inline(never))]
    fn grant_asking(&self, grant: &mut Grant) -> Result<(), Error> {
        let wanted = grant.acl_iid;
        self.try_grant(grant).map_err(|why| {
            let call = match grant.mask {
                Some(_) => Call::SetAcl,
                None => Call::SetOwner,
            };
            let mut story = Story::of(call);
            story.tell(|call| {
                (call.oid, call.iid) = (grant.target.oid(), grant.target.iid());
                (call.ssid, call.acl_iid) = (grant.ssid, grant.acl_iid);
                call.value = grant.mask.unwrap_or(0).into();
            });
            let error = self.refuse(&story, why);
            if error != Error::Conflict {
                // One that it was to get, and has not got.
                grant.acl_iid = wanted;
            }
            error
        })
    }

    fn try_grant(&self, grant: &mut Grant) -> Result<(), Why> {
        grant.check()?;
        let mut found = Found::default();
        // Each question is asked once, so this ends.
        loop {
            let mut state = self.lock().ok_or(Why::InUse)?;
            state.table.start(1)?;
            let mut granted = state.grant(grant, &found);
            if granted.is_ok() {
                granted = state.conclude(granted);
            }
            drop(state);
            match granted {
                Ok(()) => break,
                Err(Why::InstanceMissing) => {
                    self.check_target(grant.target)?;
                    found.target = true;
                }
                Err(why) if why == grant.unknown() => {
                    match self.check_server(grant.ssid) {
                        Err(Why::ServerUnknown) => return Err(why),
                        other => other?,
                    }
                    found.server = true;
                }
                Err(why) => return Err(why),
            }
        }
        if grant.is_new {
            self.host.changed(Change::Instances);
        }
        if !grant.is_new || grant.mask.is_none() {
            self.host
                .changed(Change::Resource(grant.acl_iid, grant.resource()));
        }
        Ok(())
    }

    /// Removes all instances.
    ///
    /// # Errors
    /// Outside a transaction none but [`Error::Busy`], which means that the
    /// state is being persisted at this moment; inside, [`Error::NoMemory`].
    pub fn purge(&self) -> Result<(), Error> {
        self.clear()
            .map_err(|why| self.refuse(&Story::of(Call::Purge), why))
    }

    fn clear(&self) -> Result<(), Why> {
        let mut state = self.lock().ok_or(Why::InUse)?;
        state.table.clear();
        state.conclude(Ok(()))?;
        drop(state);
        self.host.changed(Change::Instances);
        Ok(())
    }

    // ---- many at once -----------------------------------------------------

    /// Makes all grants, in their order, or none of them. Lists the Instances of
    /// each target Object at most once, and asks for each server once.
    ///
    /// # Errors
    /// As [`Engine::set_acl`] and [`Engine::set_owner`]; also [`Error::Busy`], if
    /// the host's answers changed what had to be asked.
    pub fn provision(
        &self,
        grants: impl ExactSizeIterator<Item = Provision>,
    ) -> Result<(), Refused> {
        // Read once, for the host's answers may change what is behind them.
        let count = grants.len();
        let mut read = List::new();
        let copied = read.reserve(count);
        let copied = copied.and_then(|()| {
            let mut grants = grants.take(count);
            grants.try_for_each(|grant| read.push(grant))
        });
        if let Err(error) = copied {
            return Err(self.refuse_grant(&[], count, error.into()));
        }
        let grants = &*read;
        let mut answers = ManyAnswers {
            objects: IdMap::new(),
            instances: List::new(),
            servers: Ids::new(),
            strangers: Ids::new(),
        };
        for (at, grant) in grants.iter().enumerate() {
            let asked = self.ask(grant, &mut answers);
            asked.map_err(|why| self.refuse_grant(grants, at, why))?;
        }
        let mut told = List::new();
        let has_new = self
            .grant_all(grants, &answers, &mut told)
            .map_err(|(at, why)| self.refuse_grant(grants, at, why))?;
        if has_new {
            self.host.changed(Change::Instances);
        }
        for &(iid, rid) in told.iter() {
            self.host.changed(Change::Resource(iid, rid));
        }
        Ok(())
    }

    fn refuse_grant(&self, grants: &[Provision], mut at: usize, why: Why) -> Refused {
        if why == Why::NoMemory {
            // No grant's fault.
            at = at.max(grants.len());
        }
        let mut story = Story::of(Call::Provision);
        story.tell(|call| {
            call.at = u32::try_from(at).unwrap_or(u32::MAX);
            if let Some(grant) = grants.get(at) {
                (call.oid, call.iid, call.ssid) = (grant.oid, grant.iid, grant.ssid);
                call.value = grant.mask.into();
                if why == Why::OwnerUnknown {
                    call.ssid = grant.owner;
                }
            }
        });
        let error = self.refuse(&story, why);
        Refused { at, error }
    }

    /// Asks the host what is needed for a grant.
    fn ask(&self, grant: &Provision, answers: &mut ManyAnswers) -> Result<(), Why> {
        let (entry, _) = grant.parts();
        entry.check()?;
        let oid = grant.oid;
        let is_governed = self.lock().ok_or(Why::InUse)?.table.governing(entry.target) != MAX_ID;
        if !is_governed && answers.objects.get(oid).is_none() {
            let mut found = None;
            if self.host.is_object_registered(oid)? {
                let mut ids = Ids::new();
                let listed = self.host.list_instances(oid, &mut ids);
                ids.complete(listed)?;
                found = Some(ids);
            }
            answers.objects.insert(oid, answers.instances.len())?;
            answers.instances.push(found)?;
        }
        for ssid in [grant.ssid, grant.owner] {
            if ssid != SSID_ANY
                && ssid != SSID_BOOTSTRAP
                && !answers.servers.contains(ssid)
                && !answers.strangers.contains(ssid)
            {
                let known = match self.host.is_server_known(ssid)? {
                    true => &mut answers.servers,
                    false => &mut answers.strangers,
                };
                known.insert(ssid)?;
            }
        }
        Ok(())
    }

    /// Whether there are new instances.
    fn grant_all(
        &self,
        grants: &[Provision],
        answers: &ManyAnswers,
        told: &mut List<(Iid, Rid)>,
    ) -> Result<bool, (usize, Why)> {
        let all = grants.len();
        let mut state = self.lock().ok_or((all, Why::InUse))?;
        let backup = state.table.backup().map_err(|why| (all, why))?;
        let mut has_new = false;
        for (at, grant) in grants.iter().enumerate() {
            let done = state.grant_both(grant, answers, told);
            let outcome = state.table.outcome();
            match done.and_then(|is_new| outcome.map(|()| is_new)) {
                Ok(is_new) => has_new |= is_new,
                Err(why) => {
                    let _ = state.conclude(Err(why));
                    state.table.take_back(backup);
                    return Err((at, why));
                }
            }
        }
        match grants {
            [] => state.table.finish(false),
            _ => (state.conclude(Ok(()))).map_err(|why| (all, why))?,
        }
        Ok(has_new)
    }
}

impl Provision {
    /// The entry, and the ownership if there is to be one.
    fn parts(&self) -> (Grant, Option<Grant>) {
        let target = Target::new(self.oid, self.iid);
        let entry = Grant::new(target, self.ssid, Some(self.mask), MAX_ID);
        let owner = Grant::new(target, self.owner, None, MAX_ID);
        (entry, (self.owner != SSID_ANY).then_some(owner))
    }
}

/// What the host has said, each asked once.
struct ManyAnswers {
    /// For each Object that was asked about, its place in the list.
    objects: IdMap,
    /// The Instances of these Objects; none, where it is not registered.
    instances: List<Option<Ids>>,
    servers: Ids,
    strangers: Ids,
}

impl Answers for ManyAnswers {
    fn target(&self, target: Target) -> Result<(), Why> {
        let place = self.objects.get(target.oid());
        match place.and_then(|place| self.instances.get(place)) {
            None => Err(Why::KeepsChanging),
            Some(None) => Err(Why::ObjectNotRegistered),
            Some(Some(_)) if target.is_creation() => Ok(()),
            Some(Some(found)) if found.contains(target.iid()) => Ok(()),
            Some(Some(_)) => Err(Why::InstanceMissing),
        }
    }

    fn knows(&self, ssid: Ssid) -> bool {
        self.servers.contains(ssid)
    }
}

impl State {
    /// Makes both grants of one provision. Tells whether the instance is new;
    /// otherwise it is noted what of it is to be told about.
    fn grant_both(
        &mut self,
        grant: &Provision,
        answers: &ManyAnswers,
        told: &mut List<(Iid, Rid)>,
    ) -> Result<bool, Why> {
        let (mut entry, mut owner) = grant.parts();
        self.grant(&mut entry, answers)?;
        // The instance is there now, unless memory is lacking.
        self.table.outcome()?;
        if let Some(owner) = &mut owner {
            self.grant(owner, answers)?;
        }
        if !entry.is_new {
            for grant in [Some(entry), owner].into_iter().flatten() {
                told.push((grant.acl_iid, grant.resource()))?;
            }
        }
        Ok(entry.is_new)
    }
}
