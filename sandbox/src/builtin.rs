//! The Security (/0) and Server (/1) Objects: tables of resources.

use crate::answer::{Code, Done, Fault};
use crate::object::{Argument, Kind, Object, Resource, Step};
use crate::path::{MAX_ID, Path, SSID_BOOTSTRAP};
use crate::value::{Value, out_of_range, parse};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

pub const OID_SECURITY: u16 = 0;
pub const OID_SERVER: u16 = 1;

const R: Kind = Kind {
    read: true,
    write: false,
    multiple: false,
    execute: false,
};
const RW: Kind = Kind { write: true, ..R };
/// Only the Bootstrap-Server sees Security, and it may write everything.
const KEYS: Kind = RW;
const E: Kind = Kind {
    read: false,
    execute: true,
    ..R
};

#[derive(Clone, Copy)]
enum Type {
    Text,
    Bytes,
    Int,
    Bool,
}

struct Column {
    rid: u16,
    kind: Kind,
    data: Type,
}

const fn column(rid: u16, kind: Kind, data: Type) -> Column {
    Column { rid, kind, data }
}

const SECURITY: &[Column] = &[
    column(0, KEYS, Type::Text),
    column(1, KEYS, Type::Bool),
    column(2, KEYS, Type::Int),
    column(3, KEYS, Type::Bytes),
    column(4, KEYS, Type::Bytes),
    column(5, KEYS, Type::Bytes),
    column(10, KEYS, Type::Int),
    column(11, KEYS, Type::Int),
    column(12, KEYS, Type::Int),
];

const SERVER: &[Column] = &[
    column(0, R, Type::Int),
    column(1, RW, Type::Int),
    column(2, RW, Type::Int),
    column(3, RW, Type::Int),
    column(4, E, Type::Bool),
    column(5, RW, Type::Int),
    column(6, RW, Type::Bool),
    column(7, RW, Type::Text),
    column(8, E, Type::Bool),
];

/// Resources of one Instance.
pub type Row = BTreeMap<u16, Value>;
type Rows = BTreeMap<u16, Row>;

/// An Object that is a table.
pub struct Table {
    oid: u16,
    columns: &'static [Column],
    check: fn(&Rows) -> Result<(), String>,
    rows: RefCell<Rows>,
    /// The rows before the transaction.
    saved: RefCell<Option<Rows>>,
}

impl Table {
    pub fn security() -> Table {
        Table::new(OID_SECURITY, SECURITY, check_security)
    }

    pub fn server() -> Table {
        Table::new(OID_SERVER, SERVER, check_server)
    }

    fn new(oid: u16, columns: &'static [Column], check: fn(&Rows) -> Result<(), String>) -> Table {
        Table {
            oid,
            columns,
            check,
            rows: RefCell::default(),
            saved: RefCell::default(),
        }
    }

    /// Adds an Instance for the application, with the lowest free ID unless one
    /// is given. Returns the ID; nothing is added if the table would not be valid.
    pub fn add(&self, wanted: Option<u16>, row: Row) -> Option<u16> {
        let mut rows = self.rows.borrow_mut();
        let iid = match wanted {
            Some(iid) if rows.contains_key(&iid) => return None,
            Some(iid) => iid,
            None => (0..MAX_ID).find(|iid| !rows.contains_key(iid))?,
        };
        rows.insert(iid, row);
        if (self.check)(&rows).is_err() {
            rows.remove(&iid);
            return None;
        }
        Some(iid)
    }

    /// Removes all Instances.
    pub fn purge(&self) {
        self.rows.borrow_mut().clear();
    }

    /// Whether the Bootstrap-Server still has the account that it had before the
    /// transaction.
    fn check_own_account(&self, rows: &Rows) -> Result<(), String> {
        let saved = self.saved.borrow();
        let mut saved = saved.iter().flatten();
        let is_lost = |(iid, row): &(&u16, &Row)| is_own(row) && !rows.get(iid).is_some_and(is_own);
        match saved.find(is_lost) {
            Some((iid, _)) if self.oid == OID_SECURITY => Err(format!(
                "/0/{iid} is the Bootstrap-Server's own account and has to stay it"
            )),
            _ => Ok(()),
        }
    }

    fn column(&self, rid: u16) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.rid == rid)
    }

    fn missing(&self, ids: &[u16]) -> Fault {
        Fault::not_found(&Path::new(&[self.oid]).join(ids))
    }
}

impl Object for Table {
    fn oid(&self) -> u16 {
        self.oid
    }

    fn list_instances(&self) -> Result<Vec<u16>, Fault> {
        Ok(self.rows.borrow().keys().copied().collect())
    }

    fn list_resources(&self, iid: u16) -> Result<Vec<Resource>, Fault> {
        let rows = self.rows.borrow();
        let row = rows.get(&iid).ok_or_else(|| self.missing(&[iid]))?;
        let resource = |column: &Column| Resource {
            rid: column.rid,
            kind: column.kind,
            present: column.kind.execute || row.contains_key(&column.rid),
        };
        Ok(self.columns.iter().map(resource).collect())
    }

    fn list_resource_instances(&self, iid: u16, rid: u16) -> Result<Vec<u16>, Fault> {
        // No resource of these Objects is multiple.
        Err(self.missing(&[iid, rid]))
    }

    fn read(&self, iid: u16, rid: u16, _riid: u16) -> Result<Value, Fault> {
        let rows = self.rows.borrow();
        let value = rows.get(&iid).and_then(|row| row.get(&rid));
        value.cloned().ok_or_else(|| self.missing(&[iid, rid]))
    }

    fn write(&self, iid: u16, rid: u16, _riid: u16, value: &[u8]) -> Done {
        let missing = || self.missing(&[iid, rid]);
        let column = self.column(rid).ok_or_else(missing)?;
        let new = match column.data {
            Type::Text => Ok(Value::Text(value.to_vec())),
            Type::Bytes => Ok(Value::Bytes(value.to_vec())),
            Type::Int => parse::number(value)
                .map(Value::Int)
                .ok_or(parse::integers(i64::MIN, i64::MAX)),
            Type::Bool => parse::boolean(value)
                .map(Value::Bool)
                .ok_or(parse::BOOLEANS.into()),
        };
        let new = new.map_err(|range| {
            let path = Path::new(&[self.oid, iid, rid]);
            Fault::new(Code::BAD_REQUEST, out_of_range(&path, value, &range))
        })?;
        let mut rows = self.rows.borrow_mut();
        rows.get_mut(&iid).ok_or_else(missing)?.insert(rid, new);
        Ok(())
    }

    fn execute(&self, _iid: u16, _rid: u16, _arguments: &[Argument]) -> Done {
        // Disable and Registration Update: there is no network to act on.
        Ok(())
    }

    fn create(&self, iid: u16) -> Done {
        self.rows.borrow_mut().insert(iid, Row::new());
        Ok(())
    }

    fn remove(&self, iid: u16) -> Done {
        let removed = self.rows.borrow_mut().remove(&iid);
        removed.map(drop).ok_or_else(|| self.missing(&[iid]))
    }

    fn reset(&self, iid: u16) -> Done {
        let mut rows = self.rows.borrow_mut();
        let row = rows.get_mut(&iid).ok_or_else(|| self.missing(&[iid]))?;
        // What servers cannot write survives their replacing write.
        row.retain(|&rid, _| self.column(rid).is_some_and(|column| !column.kind.write));
        Ok(())
    }

    fn reset_resource(&self, iid: u16, rid: u16) -> Done {
        Err(self.missing(&[iid, rid]))
    }

    fn remove_resource_instance(&self, iid: u16, rid: u16, riid: u16) -> Done {
        Err(self.missing(&[iid, rid, riid]))
    }

    fn step(&self, step: Step) -> Done {
        match step {
            Step::Begin => {
                let rows = self.rows.borrow().clone();
                *self.saved.borrow_mut() = Some(rows);
            }
            Step::Validate => {
                let rows = self.rows.borrow();
                let kept = self.check_own_account(&rows);
                let valid = kept.and_then(|()| (self.check)(&rows));
                return valid.map_err(|reason| Fault::new(Code::BAD_REQUEST, reason));
            }
            Step::Commit => *self.saved.borrow_mut() = None,
            Step::Rollback => {
                if let Some(rows) = self.saved.borrow_mut().take() {
                    *self.rows.borrow_mut() = rows;
                }
            }
        }
        Ok(())
    }
}

/// Whether an Instance of Security is the Bootstrap-Server's account.
fn is_own(row: &Row) -> bool {
    row.get(&1) == Some(&Value::Bool(true))
}

fn check_security(rows: &Rows) -> Result<(), String> {
    let mut known = BTreeSet::new();
    for (iid, row) in rows {
        if !matches!(row.get(&0), Some(Value::Text(uri)) if !uri.is_empty()) {
            return Err(format!("/0/{iid} has no server URI (resource 0)"));
        }
        if is_own(row) {
            if !known.insert(SSID_BOOTSTRAP) {
                return Err("there are two Bootstrap-Server accounts".into());
            }
        } else {
            check_ssid(row.get(&10), &format!("/0/{iid}/10"), &mut known)?;
        }
    }
    Ok(())
}

fn check_server(rows: &Rows) -> Result<(), String> {
    let mut known = BTreeSet::new();
    rows.iter()
        .try_for_each(|(iid, row)| check_ssid(row.get(&0), &format!("/1/{iid}/0"), &mut known))
}

fn check_ssid(value: Option<&Value>, path: &str, known: &mut BTreeSet<u16>) -> Result<(), String> {
    match value.and_then(Value::as_u16) {
        None | Some(0 | SSID_BOOTSTRAP) => Err(format!("{path} is no Short Server ID: 1 to 65534")),
        Some(ssid) if !known.insert(ssid) => Err(format!("{path}: server {ssid} is there already")),
        Some(_) => Ok(()),
    }
}
