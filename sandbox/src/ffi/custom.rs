//! Objects of the application: calls of its C handlers.

use super::contexts::{ExecuteCtx, InputCtx, ListCtx, OutputCtx, ResourceListCtx};
use super::types::*;
use crate::answer::{Code, Done, Fault};
use crate::attributes::Attributes;
use crate::object::{Argument, Object, Resource, Step};
use crate::path::Path;
use crate::value::{Value, out_of_range};
use access_control::ffi::foreign::anjay_t;
use std::cell::Cell;
use std::ffi::c_int;

/// An Object that the application registered.
pub struct Custom {
    anjay: *mut anjay_t,
    definition: ObjectPtr,
    oid: u16,
    version: Option<String>,
    /// Set when it is unregistered: from then on nothing of it is touched.
    gone: Cell<bool>,
}

/// Calls a handler, with the IDs that it is about and further arguments. It may
/// call anything of the API again: `self` is shared and nothing else is borrowed.
macro_rules! call {
    ($self:ident.$name:ident[$($id:expr),*]($($argument:expr),*)) => {{
        let handler = $self.handlers()?.$name.ok_or_else(|| $self.missing(stringify!($name)))?;
        // SAFETY: a handler of a registered Object, with the arguments that its
        // type demands.
        let result = unsafe { handler($self.anjay, $self.definition $(, $id)* $(, $argument)*) };
        $self.outcome(stringify!($name), &[$($id),*], result)
    }};
}

impl Custom {
    /// From what the application registers; `None` for pointers that are NULL
    /// or a definition that cannot work.
    ///
    /// # Safety
    /// `definition` is NULL or stays valid until it is unregistered, and so does
    /// what it points to.
    pub unsafe fn new(anjay: *mut anjay_t, definition: ObjectPtr) -> Option<Custom> {
        // SAFETY: as promised.
        let &inner = unsafe { definition.as_ref() }?;
        // SAFETY: as promised.
        let found = *unsafe { inner.as_ref() }?;
        // SAFETY: as promised; the version is NULL or a string.
        let version = unsafe { super::copy_string(found.version) };
        found.handlers.list_instances?;
        Some(Custom {
            anjay,
            definition,
            oid: found.oid,
            version: version.map(|text| String::from_utf8_lossy(&text).into_owned()),
            gone: Cell::new(false),
        })
    }

    /// Whether it is what the application registered by this pointer.
    pub fn is(&self, definition: ObjectPtr) -> bool {
        self.definition == definition
    }

    /// From now on nothing of it is touched.
    pub fn mark_gone(&self) {
        self.gone.set(true);
    }

    fn handlers(&self) -> Result<anjay_dm_handlers_t, Fault> {
        if self.gone.get() {
            let reason = format!("Object {} is no longer registered", self.oid);
            return Err(Fault::new(Code::NOT_FOUND, reason));
        }
        // SAFETY: registered, so both pointers are valid and not NULL.
        Ok(unsafe { (**self.definition).handlers })
    }

    fn missing(&self, name: &str) -> Fault {
        let reason = format!("Object {} has no handler {name}", self.oid);
        Fault::new(Code::METHOD_NOT_ALLOWED, reason)
    }

    fn outcome(&self, name: &str, ids: &[u16], result: c_int) -> Done {
        if result == 0 {
            return Ok(());
        }
        let path = Path::new(&[self.oid]).join(ids);
        let reason = format!("{name} of {path} returned {result}");
        Err(Fault::new(Code::of_handler(result), reason))
    }

    fn misplaced(&self, name: &str, id: Option<u16>) -> Done {
        let Some(id) = id else { return Ok(()) };
        let reason = format!(
            "{name} of Object {} emitted {id} where IDs have to rise",
            self.oid
        );
        Err(Fault::new(Code::INTERNAL, reason))
    }
}

impl Object for Custom {
    fn oid(&self) -> u16 {
        self.oid
    }

    fn version(&self) -> Option<String> {
        self.version.clone()
    }

    fn is_gone(&self) -> bool {
        self.gone.get()
    }

    fn list_instances(&self) -> Result<Vec<u16>, Fault> {
        let mut ctx = ListCtx::default();
        call!(self.list_instances[](&raw mut ctx))?;
        self.misplaced("list_instances", ctx.misplaced)?;
        Ok(ctx.ids)
    }

    fn list_resources(&self, iid: u16) -> Result<Vec<Resource>, Fault> {
        let mut ctx = ResourceListCtx::default();
        if self.handlers()?.list_resources.is_none() {
            return Ok(Vec::new());
        }
        call!(self.list_resources[iid](&raw mut ctx))?;
        self.misplaced("list_resources", ctx.misplaced)?;
        Ok(ctx.resources)
    }

    fn list_resource_instances(&self, iid: u16, rid: u16) -> Result<Vec<u16>, Fault> {
        let mut ctx = ListCtx::default();
        call!(self.list_resource_instances[iid, rid](&raw mut ctx))?;
        self.misplaced("list_resource_instances", ctx.misplaced)?;
        Ok(ctx.ids)
    }

    fn read(&self, iid: u16, rid: u16, riid: u16) -> Result<Value, Fault> {
        let mut ctx = OutputCtx::default();
        call!(self.resource_read[iid, rid, riid](&raw mut ctx))?;
        match ctx.value {
            Some(value) if ctx.missing == 0 => Ok(value),
            _ => {
                let path = Path::new(&[self.oid, iid, rid]);
                let reason = format!("resource_read gave no whole value for {path}");
                Err(Fault::new(Code::INTERNAL, reason))
            }
        }
    }

    fn write(&self, iid: u16, rid: u16, riid: u16, value: &[u8]) -> Done {
        let mut ctx = InputCtx::new(value);
        let written = call!(self.resource_write[iid, rid, riid](&raw mut ctx));
        written.map_err(|mut fault| {
            if let Some(range) = &ctx.wanted {
                let path = Path::new(&[self.oid, iid, rid, riid]);
                fault.reason = out_of_range(&path, value, range);
            }
            fault
        })
    }

    fn execute(&self, iid: u16, rid: u16, arguments: &[Argument]) -> Done {
        let mut ctx = ExecuteCtx::new(arguments);
        call!(self.resource_execute[iid, rid](&raw mut ctx))
    }

    fn create(&self, iid: u16) -> Done {
        call!(self.instance_create[iid]())
    }

    fn remove(&self, iid: u16) -> Done {
        call!(self.instance_remove[iid]())
    }

    fn reset(&self, iid: u16) -> Done {
        call!(self.instance_reset[iid]())
    }

    fn reset_resource(&self, iid: u16, rid: u16) -> Done {
        call!(self.resource_reset[iid, rid]())
    }

    fn remove_resource_instance(&self, iid: u16, rid: u16, riid: u16) -> Done {
        call!(self.resource_instance_remove[iid, rid, riid]())
    }

    fn step(&self, step: Step) -> Done {
        match step {
            Step::Begin => call!(self.transaction_begin[]()),
            Step::Validate => call!(self.transaction_validate[]()),
            Step::Commit => call!(self.transaction_commit[]()),
            Step::Rollback => call!(self.transaction_rollback[]()),
        }
    }

    fn write_attributes(&self, ssid: u16, path: &Path, new: &Attributes) -> Option<Done> {
        let handlers = self.handlers().ok()?;
        let all = of_resource(new);
        let common = &raw const all.common;
        let all = &raw const all;
        Some(match *path.ids() {
            [_] => {
                handlers.object_write_default_attrs?;
                (|| call!(self.object_write_default_attrs[](ssid, common)))()
            }
            [_, iid] => {
                handlers.instance_write_default_attrs?;
                (|| call!(self.instance_write_default_attrs[iid](ssid, common)))()
            }
            [_, iid, rid] => {
                handlers.resource_write_attrs?;
                (|| call!(self.resource_write_attrs[iid, rid](ssid, all)))()
            }
            [_, iid, rid, riid] => {
                handlers.resource_instance_write_attrs?;
                (|| call!(self.resource_instance_write_attrs[iid, rid, riid](ssid, all)))()
            }
            _ => return None,
        })
    }

    fn read_attributes(&self, ssid: u16, path: &Path) -> Option<Result<Attributes, Fault>> {
        let handlers = self.handlers().ok()?;
        let mut all = of_resource(&Attributes::default());
        let common = &raw mut all.common;
        let whole = &raw mut all;
        let done = match *path.ids() {
            [_] => {
                handlers.object_read_default_attrs?;
                (|| call!(self.object_read_default_attrs[](ssid, common)))()
            }
            [_, iid] => {
                handlers.instance_read_default_attrs?;
                (|| call!(self.instance_read_default_attrs[iid](ssid, common)))()
            }
            [_, iid, rid] => {
                handlers.resource_read_attrs?;
                (|| call!(self.resource_read_attrs[iid, rid](ssid, whole)))()
            }
            [_, iid, rid, riid] => {
                handlers.resource_instance_read_attrs?;
                (|| call!(self.resource_instance_read_attrs[iid, rid, riid](ssid, whole)))()
            }
            _ => return None,
        };
        Some(done.map(|()| to_attributes(&all)))
    }
}

/// As C has them; what is not set is -1 or NaN.
fn of_resource(attributes: &Attributes) -> anjay_dm_r_attributes_t {
    let [pmin, pmax, epmin, epmax, gt, lt, st, con, edge, hqmax] = attributes.values;
    let integer = |value: Option<f64>| value.map_or(-1, |value| value as i32);
    let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
    anjay_dm_r_attributes_t {
        common: anjay_dm_oi_attributes_t {
            min_period: integer(pmin),
            max_period: integer(pmax),
            min_eval_period: integer(epmin),
            max_eval_period: integer(epmax),
            con: integer(con),
            hqmax: integer(hqmax),
        },
        greater_than: number(gt),
        less_than: number(lt),
        step: number(st),
        edge: integer(edge),
    }
}

fn to_attributes(all: &anjay_dm_r_attributes_t) -> Attributes {
    let integer = |value: i32| (value >= 0).then_some(f64::from(value));
    let number = |value: f64| (!value.is_nan()).then_some(value);
    Attributes {
        values: [
            integer(all.common.min_period),
            integer(all.common.max_period),
            integer(all.common.min_eval_period),
            integer(all.common.max_eval_period),
            number(all.greater_than),
            number(all.less_than),
            number(all.step),
            integer(all.common.con),
            integer(all.edge),
            integer(all.common.hqmax),
        ],
    }
}
