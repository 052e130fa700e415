//! What the sandbox needs of an Object, whoever implements it.

use crate::answer::{Code, Done, Fault};
use crate::attributes::Attributes;
use crate::path::Path;
use crate::value::Value;

/// How a resource may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub read: bool,
    pub write: bool,
    pub multiple: bool,
    pub execute: bool,
}

/// A resource of an Instance.
#[derive(Clone, Copy, Debug)]
pub struct Resource {
    pub rid: u16,
    pub kind: Kind,
    pub present: bool,
}

/// A step of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Begin,
    Validate,
    Commit,
    Rollback,
}

/// An argument of Execute: `N` or `N='text'`.
pub type Argument = (i32, Option<String>);

/// An Object. Its methods may run the application's code, so nothing of a
/// client's state may be borrowed while they run.
pub trait Object {
    fn oid(&self) -> u16;

    /// The version that the Object declares, if it does.
    fn version(&self) -> Option<String> {
        None
    }

    /// Whether it has been unregistered; then nothing is called any more.
    fn is_gone(&self) -> bool {
        false
    }

    /// Instance IDs, rising.
    fn list_instances(&self) -> Result<Vec<u16>, Fault>;
    /// Resources, rising.
    fn list_resources(&self, iid: u16) -> Result<Vec<Resource>, Fault>;
    /// Resource Instance IDs of a multiple resource, rising.
    fn list_resource_instances(&self, iid: u16, rid: u16) -> Result<Vec<u16>, Fault>;

    /// `riid` is 65535 for a single resource.
    fn read(&self, iid: u16, rid: u16, riid: u16) -> Result<Value, Fault>;
    /// `riid` is 65535 for a single resource.
    fn write(&self, iid: u16, rid: u16, riid: u16, value: &[u8]) -> Done;

    fn execute(&self, iid: u16, rid: u16, _arguments: &[Argument]) -> Done {
        let path = Path::new(&[self.oid(), iid, rid]);
        let reason = format!("{path} cannot be executed");
        Err(Fault::new(Code::METHOD_NOT_ALLOWED, reason))
    }

    fn create(&self, iid: u16) -> Done;
    fn remove(&self, iid: u16) -> Done;
    fn reset(&self, iid: u16) -> Done;
    fn reset_resource(&self, iid: u16, rid: u16) -> Done;
    fn remove_resource_instance(&self, iid: u16, rid: u16, riid: u16) -> Done;

    fn step(&self, step: Step) -> Done;

    /// Hands attributes to the Object; `None` if it leaves them to the client.
    fn write_attributes(&self, _ssid: u16, _path: &Path, _new: &Attributes) -> Option<Done> {
        None
    }

    /// The attributes that the Object keeps; `None` as above.
    fn read_attributes(&self, _ssid: u16, _path: &Path) -> Option<Result<Attributes, Fault>> {
        None
    }
}
