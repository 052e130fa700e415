//! Many grants at once, as an application makes them when it provisions a device.

use crate::engine::{Grant, State, check_grant, is_target_oid};
use crate::table::{HAS_ACL, HAS_TARGET_IID, Instance, NONE, unpack};
use crate::{
    Call, Change, Engine, Error, Host, Ids, Iid, MAX_ID, Oid, RID_ACL, RID_OWNER, Refusal,
    SSID_ANY, SSID_BOOTSTRAP, Ssid, Why, vec,
};
use alloc::vec::Vec;

/// One grant: what [`Engine::set_acl`] takes, and an owner.
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

/// What the host has said, each asked once.
struct Answers {
    /// The Instances of the Objects that were asked about; none, if an Object is
    /// not registered.
    objects: Vec<(Oid, Option<Ids>)>,
    servers: Ids,
    strangers: Ids,
}

impl Answers {
    fn object(&self, oid: Oid) -> Option<&Option<Ids>> {
        // From the end, for grants on one Object mostly stand together.
        let mut objects = self.objects.iter().rev();
        objects
            .find(|(asked, _)| *asked == oid)
            .map(|(_, found)| found)
    }

    /// Fails, if there is no such target, or it was not asked about.
    fn check_target(&self, oid: Oid, iid: Iid) -> Result<(), Why> {
        match self.object(oid) {
            None => Err(Why::KeepsChanging),
            Some(None) => Err(Why::ObjectNotRegistered),
            Some(Some(found)) if iid == MAX_ID || found.contains(iid) => Ok(()),
            Some(Some(_)) => Err(Why::InstanceMissing),
        }
    }
}

impl<H: Host> Engine<H> {
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
        let mut read = Vec::new();
        let copied = (read.try_reserve_exact(count).map_err(Error::from))
            .and_then(|()| (grants.take(count)).try_for_each(|grant| vec::push(&mut read, grant)));
        let grants = read.as_slice();
        copied.map_err(|error| self.refuse_grant(grants, count, error.into()))?;
        let mut answers = Answers {
            objects: Vec::new(),
            servers: Ids::new(),
            strangers: Ids::new(),
        };
        for (at, grant) in grants.iter().enumerate() {
            let asked = self.ask(grant, &mut answers);
            asked.map_err(|why| self.refuse_grant(grants, at, why))?;
        }
        let mut notes = Vec::new();
        let has_new = self
            .grant_all(grants, &answers, &mut notes)
            .map_err(|(at, why)| self.refuse_grant(grants, at, why))?;
        if has_new {
            self.host.changed(Change::Instances);
        }
        for note in notes {
            let [.., iid, rid] = unpack(note);
            self.host.changed(Change::Resource(iid, rid));
        }
        Ok(())
    }

    fn refuse_grant(&self, grants: &[Provision], mut at: usize, why: Why) -> Refused {
        if why == Why::NoMemory {
            // No grant's fault.
            at = at.max(grants.len());
        }
        let mut call = Refusal {
            at: u32::try_from(at).unwrap_or(u32::MAX),
            ..Refusal::of(Call::Provision)
        };
        if let Some(grant) = grants.get(at) {
            (call.oid, call.iid, call.ssid) = (grant.oid, grant.iid, grant.ssid);
            call.value = grant.mask.into();
            if why == Why::OwnerUnknown {
                call.ssid = grant.owner;
            }
        }
        let error = self.refuse(call, why);
        Refused { at, error }
    }

    /// Asks the host what is needed for a grant.
    fn ask(&self, grant: &Provision, answers: &mut Answers) -> Result<(), Why> {
        let Provision { oid, iid, .. } = *grant;
        check_grant(iid, grant.ssid, grant.mask)?;
        if !is_target_oid(oid) {
            return Err(Why::NotGovernable);
        }
        let is_governed = self.lock()?.table.governing(oid, iid) != MAX_ID;
        if !is_governed && answers.object(oid).is_none() {
            let mut found = None;
            if self.host.is_object_registered(oid)? {
                let mut ids = Ids::new();
                let listed = self.host.list_instances(oid, &mut ids);
                ids.complete(listed)?;
                found = Some(ids);
            }
            vec::push(&mut answers.objects, (oid, found))?;
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
        answers: &Answers,
        notes: &mut Vec<u64>,
    ) -> Result<bool, (usize, Why)> {
        let mut state = self.lock().map_err(|error| (grants.len(), error))?;
        let mark = state.table.mark();
        let mut has_new = false;
        let count = grants.len();
        for (at, grant) in grants.iter().enumerate() {
            let done = state.grant_one(grant, answers, notes);
            if let Err(error) = done.and_then(|is_new| {
                has_new |= is_new;
                state.table.outcome()
            }) {
                let _ = state.conclude(mark, Err(error));
                return Err((at, error));
            }
        }
        if count > 0 {
            (state.conclude(mark, Ok(()))).map_err(|error| (count, error))?;
        }
        Ok(has_new)
    }
}

impl State {
    fn grant_one(
        &mut self,
        grant: &Provision,
        answers: &Answers,
        notes: &mut Vec<u64>,
    ) -> Result<bool, Why> {
        let Provision { oid, iid, ssid, .. } = *grant;
        let table = &mut self.table;
        let mut found = table.find(table.governing(oid, iid));
        let is_new = found.is_none();
        let mut instance = match found {
            Some(found) => found,
            None => {
                answers.check_target(oid, iid)?;
                match table.lowest_free_iid() {
                    MAX_ID => return Err(Why::IidsFull),
                    free => Instance::new(free, [oid, iid], HAS_TARGET_IID | HAS_ACL),
                }
            }
        };
        // What is there already may stay, whatever has become of the server.
        let is_known =
            |ssid| ssid == SSID_ANY || ssid == SSID_BOOTSTRAP || answers.servers.contains(ssid);
        let has_entry = !is_new && table.entry(instance, ssid) != NONE;
        let is_owner = !is_new && table.owner(instance) == grant.owner;
        if !has_entry && !is_known(ssid) {
            return Err(Why::ServerUnknown);
        }
        if !is_owner && !is_known(grant.owner) {
            return Err(Why::OwnerUnknown);
        }
        for (ssid, mask) in [(ssid, Some(grant.mask)), (grant.owner, None)] {
            if mask.is_none() && ssid == SSID_ANY {
                continue;
            }
            let target = [oid, iid];
            table.grant(found, instance, &Grant { target, ssid, mask });
            found = table.find(instance.iid());
            // An ACL that was absent is present now.
            instance = found.unwrap_or(instance);
            if !is_new {
                let rid = if mask.is_some() { RID_ACL } else { RID_OWNER };
                vec::push(notes, u64::from(instance.iid()) << 16 | u64::from(rid))?;
            }
        }
        Ok(is_new)
    }
}
