//! Operations that change something: Write, Write-Composite, Create, Delete,
//! and those of the Bootstrap-Server.

use crate::answer::{Answer, Code, Done, Fault};
use crate::client::Client;
use crate::object::Object;
use crate::operations::resource;
use crate::path::{MAX_ID, Path, SSID_BOOTSTRAP};
use crate::value::Value;
use crate::words::Question;
use access_control::ffi::host::aac_operation_t;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A resource or Resource Instance, and what is to be written there.
pub type Item = (Path, Vec<u8>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Replace,
    Update,
}

/// What is to be written to one Instance: by resource, which may be multiple.
type Plan<'a> = BTreeMap<u16, (bool, Vec<(u16, &'a [u8])>)>;

fn bad_request(reason: String) -> Fault {
    Fault::new(Code::BAD_REQUEST, reason)
}

impl Client {
    fn may(
        &self,
        who: u16,
        operation: aac_operation_t,
        oid: u16,
        iid: u16,
    ) -> Result<String, Fault> {
        if who == SSID_BOOTSTRAP && matches!(oid, 0 | 21) {
            // No server reaches the keys; the Bootstrap interface sets them up.
            return Ok("the Bootstrap-Server sets up keys".into());
        }
        let question = Question {
            ssid: who,
            operation,
            oid,
            iid,
        };
        self.decide(question).check()
    }

    /// Write to an Instance, a resource or a Resource Instance. The
    /// Bootstrap-Server may also write to an Object, and each Instance that it
    /// writes to is created where it does not exist.
    pub fn write(
        &self,
        who: u16,
        path: &Path,
        mode: Mode,
        items: &[Item],
    ) -> Result<Answer, Fault> {
        let Some(oid) = path
            .oid()
            .filter(|_| who == SSID_BOOTSTRAP || path.iid().is_some())
        else {
            let reason = format!("{path} is no Instance, resource or Resource Instance");
            return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
        };
        let object = self.find(oid)?;
        let mut answer = Answer::new(Code::CHANGED);
        let present = object.list_instances()?;
        let mut instances: Vec<u16> = items.iter().filter_map(|(path, _)| path.iid()).collect();
        instances.extend(path.iid());
        instances.sort_unstable();
        instances.dedup();
        let is_whole = path.ids().len() <= 2;
        let mut plans = Vec::new();
        for &iid in &instances {
            let exists = present.contains(&iid);
            if !exists && who != SSID_BOOTSTRAP {
                return Err(Fault::not_found(&Path::new(&[oid, iid])));
            }
            answer.reason(self.may(who, aac_operation_t::AAC_WRITE, oid, iid)?);
            plans.push((
                iid,
                match exists {
                    true => Some(plan(&*object, who, iid, items)?),
                    false => None,
                },
            ));
        }
        self.transact(who, || {
            self.join(&object)?;
            for (iid, ready) in &plans {
                let created = match ready {
                    Some(_) if is_whole && mode == Mode::Replace => {
                        object.reset(*iid)?;
                        self.value_changed(who, Path::new(&[oid, *iid]));
                        None
                    }
                    Some(_) => None,
                    None => {
                        object.create(*iid)?;
                        self.instance_created(who, oid, *iid);
                        Some(plan(&*object, who, *iid, items)?)
                    }
                };
                let Some(plan) = ready.as_ref().or(created.as_ref()) else {
                    continue;
                };
                let replaces = mode == Mode::Replace && path.ids().len() <= 3;
                self.write_plan(&*object, who, *iid, plan, replaces)?;
            }
            Ok(())
        })?;
        Ok(answer)
    }

    fn write_plan(
        &self,
        object: &dyn Object,
        who: u16,
        iid: u16,
        plan: &Plan<'_>,
        replaces: bool,
    ) -> Done {
        for (&rid, (is_multiple, values)) in plan {
            if *is_multiple && replaces {
                object.reset_resource(iid, rid)?;
            }
            for (riid, value) in values {
                object.write(iid, rid, *riid, value)?;
            }
            self.value_changed(who, Path::new(&[object.oid(), iid, rid]));
        }
        Ok(())
    }

    /// Writes in many places: in all, or in none.
    pub fn write_composite(&self, who: u16, items: &[Item]) -> Result<Answer, Fault> {
        let mut answer = Answer::new(Code::CHANGED);
        let mut instances: Vec<Path> = items
            .iter()
            .filter_map(|(path, _)| Some(Path::new(path.ids().get(..2)?)))
            .collect();
        instances.sort_unstable();
        instances.dedup();
        let mut plans = Vec::new();
        for path in &instances {
            let [oid, iid] = *path.ids() else { continue };
            let object = self.find(oid)?;
            self.check_present(&*object, iid)?;
            let operation = aac_operation_t::AAC_WRITE_COMPOSITE;
            answer.reason(self.may(who, operation, oid, iid)?);
            let plan = plan(&*object, who, iid, items)?;
            plans.push((object, iid, plan));
        }
        self.transact(who, || {
            for (object, iid, plan) in &plans {
                self.join(object)?;
                self.write_plan(&**object, who, *iid, plan, false)?;
            }
            Ok(())
        })?;
        Ok(answer)
    }

    /// Creates an Instance, with the lowest free ID unless the path names one.
    pub fn create(&self, who: u16, path: &Path, items: &[Item]) -> Result<Answer, Fault> {
        let [oid, wanted @ ..] = path.ids() else {
            let reason = "the root is no Object";
            return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
        };
        let oid = *oid;
        let object = self.find(oid)?;
        let mut answer = Answer::new(Code::CREATED);
        answer.reason(self.may(who, aac_operation_t::AAC_CREATE, oid, MAX_ID)?);
        let present = object.list_instances()?;
        let iid = match wanted {
            [iid] if present.contains(iid) => {
                return Err(bad_request(format!("{path} exists already")));
            }
            [iid] => *iid,
            [] => (0..MAX_ID)
                .find(|iid| !present.contains(iid))
                .ok_or_else(|| bad_request(format!("Object {oid} is full")))?,
            _ => return Err(bad_request(format!("{path} is no Instance"))),
        };
        // Items were given below the path; they belong below the new Instance.
        let items: Vec<Item> = items
            .iter()
            .map(|(item, value)| {
                let below = item.ids().get(path.ids().len()..).unwrap_or_default();
                (Path::new(&[oid, iid]).join(below), value.clone())
            })
            .collect();
        self.transact(who, || {
            self.join(&object)?;
            object.create(iid)?;
            self.instance_created(who, oid, iid);
            let plan = plan(&*object, who, iid, &items)?;
            self.write_plan(&*object, who, iid, &plan, false)
        })?;
        answer.content.push(format!("location /{oid}/{iid}"));
        Ok(answer)
    }

    /// Deletes an Instance or a Resource Instance; for the Bootstrap-Server
    /// also all Instances of an Object, or of all.
    pub fn delete(&self, who: u16, path: &Path) -> Result<Answer, Fault> {
        let mut answer = Answer::new(Code::DELETED);
        let operation = aac_operation_t::AAC_DELETE;
        match *path.ids() {
            [oid, iid] => {
                let object = self.find(oid)?;
                self.check_present(&*object, iid)?;
                answer.reason(self.may(who, operation, oid, iid)?);
                if who == SSID_BOOTSTRAP && is_protected(&*object, iid) {
                    return Err(bad_request(format!("{path} is not to be deleted")));
                }
                self.transact(who, || self.delete_instances(who, &object, &[iid]))?;
            }
            [oid, iid, rid, riid] => {
                let object = self.find(oid)?;
                self.check_present(&*object, iid)?;
                answer.reason(self.may(who, operation, oid, iid)?);
                let resource = resource(&*object, iid, rid)?;
                let found = resource.present
                    && resource.kind.multiple
                    && object.list_resource_instances(iid, rid)?.contains(&riid);
                if !found {
                    return Err(Fault::not_found(path));
                }
                if who != SSID_BOOTSTRAP && !resource.kind.write {
                    let reason = format!("{path} cannot be deleted");
                    return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
                }
                self.transact(who, || {
                    self.join(&object)?;
                    object.remove_resource_instance(iid, rid, riid)?;
                    self.value_changed(who, Path::new(&[oid, iid, rid]));
                    Ok(())
                })?;
            }
            [oid] if who == SSID_BOOTSTRAP => {
                let object = self.find(oid)?;
                answer.reason(self.may(who, operation, oid, MAX_ID)?);
                let all = unprotected(&*object)?;
                self.transact(who, || self.delete_instances(who, &object, &all))?;
            }
            [] if who == SSID_BOOTSTRAP => {
                answer.reason("the Bootstrap-Server may do it".into());
                self.transact(who, || {
                    for object in self.objects() {
                        let all = unprotected(&*object)?;
                        match self.delete_instances(who, &object, &all) {
                            // Objects with fixed Instances keep them.
                            Err(fault) if fault.code == Code::METHOD_NOT_ALLOWED => {}
                            other => other?,
                        }
                    }
                    Ok(())
                })?;
            }
            _ => {
                let reason = format!("{path} is no Instance or Resource Instance");
                return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
            }
        }
        Ok(answer)
    }

    fn delete_instances(&self, who: u16, object: &Rc<dyn Object>, instances: &[u16]) -> Done {
        for &iid in instances {
            self.join(object)?;
            object.remove(iid)?;
            self.instance_removed(who, object.oid(), iid);
        }
        Ok(())
    }

    /// Opens the long transaction of a bootstrap.
    pub fn bootstrap_begin(&self) -> Result<Answer, Fault> {
        if self.with(|state| std::mem::replace(&mut state.bootstrapping, true)) {
            return Err(bad_request("a bootstrap is under way already".into()));
        }
        self.begin();
        // What the application grants from now on belongs to the bootstrap,
        // whether or not the Bootstrap-Server writes to Object 2.
        let joined = match self.access_control() {
            Some(access_control) => self.join(&(access_control as Rc<dyn Object>)),
            None => Ok(()),
        };
        if joined.is_err() {
            self.with(|state| state.bootstrapping = false);
            self.end(SSID_BOOTSTRAP, joined)?;
        }
        Ok(Answer::new(Code::CHANGED))
    }

    /// Ends it: everything since then becomes final, or is taken back.
    pub fn bootstrap_finish(&self) -> Result<Answer, Fault> {
        if !self.with(|state| std::mem::replace(&mut state.bootstrapping, false)) {
            return Err(bad_request("no bootstrap is under way".into()));
        }
        self.end(SSID_BOOTSTRAP, Ok(())).map_err(|mut fault| {
            if fault.code == Code::BAD_REQUEST {
                // What was set up does not fit together.
                fault.code = Code::NOT_ACCEPTABLE;
            }
            fault.reason += "; everything since bs begin is taken back";
            fault
        })?;
        Ok(Answer::new(Code::CHANGED))
    }
}

/// What a Bootstrap-Delete leaves: the Bootstrap-Server's account, and the device.
fn is_protected(object: &dyn Object, iid: u16) -> bool {
    match object.oid() {
        0 => object.read(iid, 1, MAX_ID) == Ok(Value::Bool(true)),
        3 => true,
        _ => false,
    }
}

fn unprotected(object: &dyn Object) -> Result<Vec<u16>, Fault> {
    let mut instances = object.list_instances()?;
    instances.retain(|&iid| !is_protected(object, iid));
    Ok(instances)
}

/// Checks that those items that belong to an Instance can be written there.
fn plan<'a>(object: &dyn Object, who: u16, iid: u16, items: &'a [Item]) -> Result<Plan<'a>, Fault> {
    let mut plan = Plan::new();
    let resources = object.list_resources(iid)?;
    for (path, value) in items {
        let (rid, riid) = match *path.ids() {
            [oid, i, rid] if (oid, i) == (object.oid(), iid) => (rid, MAX_ID),
            [oid, i, rid, riid] if (oid, i) == (object.oid(), iid) => (rid, riid),
            _ => continue,
        };
        let resource = resources.iter().find(|resource| resource.rid == rid);
        let kind = resource.ok_or_else(|| Fault::not_found(path))?.kind;
        if kind.execute || !(kind.write || who == SSID_BOOTSTRAP) {
            let reason = format!("{path} cannot be written");
            return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
        }
        if kind.multiple == (riid == MAX_ID) {
            let is = if kind.multiple { "multiple" } else { "single" };
            let resource = Path::new(&[object.oid(), iid, rid]);
            return Err(bad_request(format!("{resource} is a {is} resource")));
        }
        let (_, values) = plan.entry(rid).or_insert((kind.multiple, Vec::new()));
        if values.iter().any(|(other, _)| *other == riid) {
            return Err(bad_request(format!("{path} is given twice")));
        }
        values.push((riid, value));
    }
    Ok(plan)
}
