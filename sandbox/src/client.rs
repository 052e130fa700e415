//! A client: its Objects, and what it knows about servers.

use crate::answer::{Code, Fault};
use crate::attributes::Attributes;
use crate::builtin::{OID_SECURITY, OID_SERVER, Table};
use crate::ffi::custom::Custom;
use crate::ffi::engine::AccessControl;
use crate::lock::{Guard, Lock};
use crate::object::Object;
use crate::observe::Observed;
use crate::path::{MAX_ID, Path};
use crate::transaction::{Changes, Transaction};
use crate::value::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// What has a new value or, for an Object, new or fewer Instances; and whose
/// operation it was (65535: the application's or a bootstrap).
pub type Touch = (Path, u16);

#[derive(Default)]
pub struct State {
    pub objects: BTreeMap<u16, Rc<dyn Object>>,
    /// Those of them that are the application's.
    pub custom: BTreeMap<u16, Rc<Custom>>,
    pub security: Option<Rc<Table>>,
    pub server: Option<Rc<Table>>,
    /// Object 2, where it is installed.
    pub access_control: Option<Rc<AccessControl>>,
    pub transaction: Transaction,
    /// Whether a bootstrap is under way, from `bs begin` to `bs finish`.
    pub bootstrapping: bool,
    /// Whether a line of the command language is being executed.
    pub busy: bool,
    /// Objects whose Instances changed, which Access Control is to follow.
    pub reported: Changes,
    /// What observers are to hear of.
    pub touched: Vec<Touch>,
    /// Objects and Instances that were removed, though there may be new ones by
    /// their IDs.
    pub removed: Vec<Path>,
    pub observations: Vec<Observed>,
    pub attributes: BTreeMap<(u16, Path), Attributes>,
}

impl State {
    /// Notes that Access Control is to follow changes.
    pub fn report(&mut self, changes: Changes) {
        for (oid, created) in changes {
            self.reported.entry(oid).or_default().extend(created);
        }
    }
}

/// A client; C knows it as `anjay_t`.
#[derive(Default)]
pub struct Client {
    lock: Lock,
    state: RefCell<State>,
    pub interrupted: AtomicBool,
    /// Read from standard input, but not executed yet.
    pub input: Mutex<Vec<u8>>,
}

impl Client {
    /// Waits until no other thread uses the client.
    pub fn lock(&self) -> Guard<'_> {
        self.lock.take()
    }

    /// Looks at the state or changes it. `f` must call nothing that could come
    /// back here: no handler, no function of the engine.
    pub fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.borrow_mut())
    }

    /// The Object, for calls without a borrow of the state.
    pub fn object(&self, oid: u16) -> Option<Rc<dyn Object>> {
        self.with(|state| state.objects.get(&oid).cloned())
    }

    /// The Object, or 4.04.
    pub fn find(&self, oid: u16) -> Result<Rc<dyn Object>, Fault> {
        let missing = || Fault::new(Code::NOT_FOUND, format!("Object {oid} is not registered"));
        self.object(oid).ok_or_else(missing)
    }

    /// Every Object, by rising ID.
    pub fn objects(&self) -> Vec<Rc<dyn Object>> {
        self.with(|state| state.objects.values().cloned().collect())
    }

    pub fn access_control(&self) -> Option<Rc<AccessControl>> {
        self.with(|state| state.access_control.clone())
    }

    /// Registers an Object, unless its ID is taken.
    pub fn register(&self, object: Rc<dyn Object>) -> bool {
        let oid = object.oid();
        self.with(|state| {
            let is_free = oid != MAX_ID && !state.objects.contains_key(&oid);
            if is_free {
                state.objects.insert(oid, object);
                state.touched.push((Path::new(&[oid]), MAX_ID));
            }
            is_free
        })
    }

    /// SSIDs of server accounts, from the Security Object.
    pub fn accounts(&self) -> Result<Vec<u16>, Fault> {
        let Some(security) = self.object(OID_SECURITY) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for iid in security.list_instances()? {
            if security.read(iid, 1, MAX_ID)? != Value::Bool(true) {
                found.extend(security.read(iid, 10, MAX_ID)?.as_u16());
            }
        }
        Ok(found)
    }

    /// SSIDs of the Server Object.
    pub fn servers(&self) -> Result<Vec<u16>, Fault> {
        let Some(server) = self.object(OID_SERVER) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for iid in server.list_instances()? {
            found.extend(server.read(iid, 0, MAX_ID)?.as_u16());
        }
        Ok(found)
    }
}
