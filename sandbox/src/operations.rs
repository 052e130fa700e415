//! Operations that read: Read, Observe, the composite reads, Send, Discover,
//! Write-Attributes, Execute.

use crate::answer::{Answer, Code, Done, Fault};
use crate::attributes::{Attributes, NAMES};
use crate::builtin::{OID_SECURITY, OID_SERVER};
use crate::client::Client;
use crate::object::{Argument, Object, Resource};
use crate::observe::Observation;
use crate::path::{MAX_ID, Path, SSID_BOOTSTRAP};
use crate::value::Value;
use crate::words::{Question, explain};
use access_control::ffi::host::{aac_decision_t, aac_operation_t, aac_rule_t};

/// What the engine answered.
pub struct Verdict {
    pub allowed: bool,
    /// Whether the Object is closed altogether, rather than some Instance.
    pub is_closed: bool,
    /// In words.
    pub reason: String,
}

impl Verdict {
    /// The reason to go on, or the denial.
    pub fn check(self) -> Result<String, Fault> {
        if self.allowed {
            Ok(self.reason)
        } else {
            Err(Fault::new(Code::UNAUTHORIZED, self.reason))
        }
    }
}

/// A read for a server: which operation it is, and what it yields.
pub struct Reading {
    pub ssid: u16,
    pub operation: aac_operation_t,
    pub values: Vec<(Path, Value)>,
    pub because: Vec<String>,
    left_out: Vec<String>,
    /// Why something was left out: a denial, or else what came first.
    fault: Option<Code>,
}

impl Reading {
    pub fn new(ssid: u16, operation: aac_operation_t) -> Reading {
        Reading {
            ssid,
            operation,
            values: Vec::new(),
            because: Vec::new(),
            left_out: Vec::new(),
            fault: None,
        }
    }

    fn leave_out(&mut self, path: &Path, Fault { code, reason }: Fault) {
        self.left_out.push(format!("{path}: {reason}"));
        if self.fault.is_none() || code == Code::UNAUTHORIZED {
            self.fault = Some(code);
        }
    }

    /// An error if everything was left out.
    pub fn check_not_empty(&self) -> Done {
        match self.fault {
            Some(code) if self.values.is_empty() => Err(Fault::new(code, self.left_out.join("; "))),
            _ => Ok(()),
        }
    }

    fn allowed(&mut self, reason: String) {
        if !self.because.contains(&reason) {
            self.because.push(reason);
        }
    }

    pub fn into_answer(self, code: Code) -> Answer {
        let mut answer = Answer::new(code);
        answer.values(&self.values);
        answer.because = self.because;
        answer.left_out = self.left_out;
        answer
    }
}

impl Client {
    /// Asks the engine.
    pub fn decide(&self, question: Question) -> Verdict {
        let why = match self.access_control() {
            Some(access_control) => access_control.decide(&question),
            // Not a rule of access control, but what an LwM2M client without
            // Object 2 does.
            None if !matches!(question.oid, 0 | 21) => {
                return Verdict {
                    allowed: true,
                    is_closed: false,
                    reason: "Object 2 is not installed".into(),
                };
            }
            None => aac_decision_t {
                rule: aac_rule_t::AAC_RULE_KEYS_ARE_CLOSED as u8,
                allowed: false,
                acl_iid: MAX_ID,
                mask: 0,
            },
        };
        Verdict {
            allowed: why.allowed,
            is_closed: why.rule == aac_rule_t::AAC_RULE_KEYS_ARE_CLOSED as u8,
            reason: explain(&question, &why),
        }
    }

    /// Whether an Instance exists, or 4.04.
    pub fn check_present(&self, object: &dyn Object, iid: u16) -> Done {
        if object.list_instances()?.contains(&iid) {
            return Ok(());
        }
        Err(Fault::not_found(&Path::new(&[object.oid(), iid])))
    }

    /// Reads one path. On a whole Object: what the server may read.
    pub fn read(&self, path: &Path, reading: &mut Reading) -> Done {
        let Some(oid) = path.oid() else {
            let reason = "the root can only be discovered or deleted";
            return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
        };
        if reading.ssid == SSID_BOOTSTRAP && !matches!(oid, 1 | 2) {
            let reason = "a Bootstrap-Server reads Objects 1 and 2 only";
            return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
        }
        let object = self.find(oid)?;
        let (ssid, operation) = (reading.ssid, reading.operation);
        let question = |iid| Question {
            ssid,
            operation,
            oid,
            iid,
        };
        if let Some(iid) = path.iid() {
            self.check_present(&*object, iid)?;
            reading.allowed(self.decide(question(iid)).check()?);
            return read_below(&*object, path, reading);
        }
        let whole = self.decide(question(MAX_ID));
        if whole.is_closed {
            return whole.check().map(drop);
        }
        for iid in object.list_instances()? {
            let path = path.join(&[iid]);
            match self.decide(question(iid)).check() {
                Ok(reason) => {
                    reading.allowed(reason);
                    read_below(&*object, &path, reading)?;
                }
                Err(denial) => reading.leave_out(&path, denial),
            }
        }
        Ok(())
    }

    /// Reads many paths: what exists and the server may read. The root stands
    /// for all Objects.
    pub fn read_composite(&self, paths: &[Path], reading: &mut Reading) {
        let objects = || self.objects().into_iter();
        let all = paths.iter().flat_map(|path| match path.oid() {
            Some(_) => vec![*path],
            None => objects().map(|object| Path::new(&[object.oid()])).collect(),
        });
        for path in all {
            if let Err(fault) = self.read(&path, reading) {
                reading.leave_out(&path, fault);
            }
        }
    }

    /// Reads what an observation still covers.
    pub fn read_observed(
        &self,
        observation: &Observation,
        paths: &[Path],
        reading: &mut Reading,
    ) -> Done {
        if observation.is_composite {
            self.read_composite(paths, reading);
            return reading.check_not_empty();
        }
        self.read(&paths.first().copied().unwrap_or_default(), reading)
    }

    /// Links to what is there; no values, so hardly ever denied.
    pub fn discover(&self, who: u16, path: &Path) -> Result<Answer, Fault> {
        if who == SSID_BOOTSTRAP {
            return self.bootstrap_discover(path);
        }
        let mut answer = Answer::new(Code::CONTENT);
        let Some(oid) = path.oid() else {
            let reason = "only the Bootstrap-Server discovers the root";
            return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
        };
        let object = self.find(oid)?;
        if let Some(iid) = path.iid() {
            self.check_present(&*object, iid)?;
        }
        let question = Question {
            ssid: who,
            operation: aac_operation_t::AAC_DISCOVER,
            oid,
            iid: path.iid().unwrap_or(MAX_ID),
        };
        answer.reason(self.decide(question).check()?);
        match *path.ids() {
            [_] => self.discover_object(who, &*object, &mut answer)?,
            [_, iid] => self.discover_instance(who, &*object, iid, &mut answer)?,
            [_, iid, rid, ..] => {
                let resource = resource(&*object, iid, rid)?;
                if resource.present && resource.kind.multiple && path.ids().len() == 3 {
                    answer.content.push(self.link(who, path));
                    for riid in object.list_resource_instances(iid, rid)? {
                        answer.content.push(self.link(who, &path.join(&[riid])));
                    }
                } else if resource.present && path.ids().len() == 3 {
                    answer.content.push(self.link(who, path));
                } else {
                    return Err(Fault::not_found(path));
                }
            }
            [] => {}
        }
        Ok(answer)
    }

    /// Which Instances there are, those of Security included, and which server
    /// is meant by them (LwM2M 1.1, 6.1.7.3).
    fn bootstrap_discover(&self, path: &Path) -> Result<Answer, Fault> {
        let objects = match *path.ids() {
            [] => self.objects(),
            [oid] => vec![self.find(oid)?],
            _ => {
                let reason = "a Bootstrap-Server discovers an Object, or the root";
                return Err(Fault::new(Code::BAD_REQUEST, reason));
            }
        };
        let mut answer = Answer::new(Code::CONTENT);
        answer.content.push("</>;lwm2m=1.1".into());
        for object in objects {
            let path = Path::new(&[object.oid()]);
            let version = version(&*object);
            answer.content.push(format!("<{path}>{version}"));
            for iid in object.list_instances()? {
                let of = account_attributes(&*object, iid);
                answer.content.push(format!("<{path}/{iid}>{of}"));
            }
        }
        Ok(answer)
    }

    fn discover_object(&self, who: u16, object: &dyn Object, answer: &mut Answer) -> Done {
        let link = self.link(who, &Path::new(&[object.oid()]));
        let version = version(object);
        answer.content.push(format!("{link}{version}"));
        for iid in object.list_instances()? {
            self.discover_instance(who, object, iid, answer)?;
        }
        Ok(())
    }

    fn discover_instance(
        &self,
        who: u16,
        object: &dyn Object,
        iid: u16,
        answer: &mut Answer,
    ) -> Done {
        let path = Path::new(&[object.oid(), iid]);
        answer.content.push(self.link(who, &path));
        for resource in object.list_resources(iid)? {
            if resource.present {
                let path = path.join(&[resource.rid]);
                answer.content.push(self.link(who, &path));
            }
        }
        Ok(())
    }

    fn link(&self, who: u16, path: &Path) -> String {
        let attributes = self.attributes(who, path).unwrap_or_default();
        format!("<{path}>{attributes}")
    }

    fn attributes(&self, who: u16, path: &Path) -> Result<Attributes, Fault> {
        let object = path.oid().and_then(|oid| self.object(oid));
        match object.and_then(|object| object.read_attributes(who, path)) {
            Some(own) => own,
            None => Ok(self.with(|state| {
                let kept = state.attributes.get(&(who, *path));
                kept.copied().unwrap_or_default()
            })),
        }
    }

    /// Write-Attributes; `named` are those that change.
    pub fn write_attributes(
        &self,
        who: u16,
        path: &Path,
        new: &Attributes,
        named: &[bool; NAMES.len()],
    ) -> Result<Answer, Fault> {
        let Some(oid) = path.oid() else {
            let reason = "the root has no attributes";
            return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
        };
        let object = self.find(oid)?;
        let mut answer = Answer::new(Code::CHANGED);
        let question = Question {
            ssid: who,
            operation: aac_operation_t::AAC_WRITE_ATTRIBUTES,
            oid,
            iid: path.iid().unwrap_or(MAX_ID),
        };
        if let Some(iid) = path.iid() {
            self.check_present(&*object, iid)?;
            answer.reason(self.decide(question).check()?);
        } else {
            // Attributes of an Object matter where the server may read.
            let verdict = self.decide(question);
            if verdict.is_closed {
                verdict.check()?;
            }
        }
        if let [_, iid, rid, ..] = *path.ids() {
            resource(&*object, iid, rid)?;
        }
        let mut attributes = self.attributes(who, path)?;
        attributes.merge(new, named);
        match object.write_attributes(who, path, &attributes) {
            Some(done) => done?,
            None => self.with(|state| {
                state.attributes.insert((who, *path), attributes);
            }),
        }
        Ok(answer)
    }

    /// Executes a resource.
    pub fn execute(&self, who: u16, path: &Path, arguments: &[Argument]) -> Result<Answer, Fault> {
        let [oid, iid, rid] = *path.ids() else {
            let reason = format!("{path} is no resource");
            return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
        };
        let object = self.find(oid)?;
        self.check_present(&*object, iid)?;
        let mut answer = Answer::new(Code::CHANGED);
        let question = Question {
            ssid: who,
            operation: aac_operation_t::AAC_EXECUTE,
            oid,
            iid,
        };
        answer.reason(self.decide(question).check()?);
        let resource = resource(&*object, iid, rid)?;
        if !resource.present {
            return Err(Fault::not_found(path));
        }
        if !resource.kind.execute {
            let reason = format!("{path} cannot be executed");
            return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
        }
        object.execute(iid, rid, arguments)?;
        Ok(answer)
    }
}

fn version(object: &dyn Object) -> String {
    let version = object.version();
    version.map_or(String::new(), |version| format!(";ver={version}"))
}

/// `ssid` and `uri` of an Instance of Security or Server, as far as it has them.
fn account_attributes(object: &dyn Object, iid: u16) -> String {
    let value = |rid| object.read(iid, rid, MAX_ID).ok();
    let ssid = match object.oid() {
        OID_SECURITY if value(1) != Some(Value::Bool(true)) => value(10),
        OID_SERVER => value(0),
        _ => None,
    };
    let uri = value(0).filter(|_| object.oid() == OID_SECURITY);
    let ssid = ssid.map_or(String::new(), |ssid| format!(";ssid={ssid}"));
    ssid + &uri.map_or(String::new(), |uri| format!(";uri={uri}"))
}

/// The resource, present or not, or 4.04.
pub fn resource(object: &dyn Object, iid: u16, rid: u16) -> Result<Resource, Fault> {
    let resources = object.list_resources(iid)?;
    let found = resources.into_iter().find(|resource| resource.rid == rid);
    found.ok_or_else(|| Fault::not_found(&Path::new(&[object.oid(), iid, rid])))
}

/// Reads an Instance, a resource or a Resource Instance.
fn read_below(object: &dyn Object, path: &Path, reading: &mut Reading) -> Done {
    let [_, iid, below @ ..] = path.ids() else {
        return Ok(());
    };
    let [rid, riid @ ..] = below else {
        for resource in object.list_resources(*iid)? {
            if resource.present && resource.kind.read {
                read_resource(object, path, &resource, reading)?;
            }
        }
        return Ok(());
    };
    let resource = resource(object, *iid, *rid)?;
    if !resource.present {
        return Err(Fault::not_found(path));
    }
    if !resource.kind.read {
        let reason = format!("{path} cannot be read");
        return Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason));
    }
    let Some(riid) = riid.first() else {
        let instance = Path::new(&[object.oid(), *iid]);
        return read_resource(object, &instance, &resource, reading);
    };
    let exists =
        resource.kind.multiple && object.list_resource_instances(*iid, *rid)?.contains(riid);
    if !exists {
        return Err(Fault::not_found(path));
    }
    let value = object.read(*iid, *rid, *riid)?;
    reading.values.push((*path, value));
    Ok(())
}

fn read_resource(
    object: &dyn Object,
    instance: &Path,
    resource: &Resource,
    reading: &mut Reading,
) -> Done {
    let iid = instance.iid().unwrap_or(MAX_ID);
    let rid = resource.rid;
    let path = instance.join(&[rid]);
    if !resource.kind.multiple {
        reading.values.push((path, object.read(iid, rid, MAX_ID)?));
        return Ok(());
    }
    for riid in object.list_resource_instances(iid, rid)? {
        let value = object.read(iid, rid, riid)?;
        reading.values.push((path.join(&[riid]), value));
    }
    Ok(())
}
