//! A host that runs operations on the engine while it is being asked.

use crate::Client;
use crate::ops::{Answer, Op, Told, apply, prepare};
use access_control::*;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

/// Which calls of the host count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Those that ask, before the engine changes anything; but not while what
    /// runs within another question asks itself.
    Questions,
    Everything,
}

pub type Plan = BTreeMap<u8, Op>;

pub struct Nest {
    pub client: Client,
    at: At,
    engine: OnceCell<Weak<Nested>>,
    /// What to do at which call of the host, counted within one operation.
    plan: RefCell<Plan>,
    calls: Cell<u8>,
    /// What has been done, and the Object as it was then.
    pub done: RefCell<Vec<(Op, Told, Answer)>>,
}

/// The host; the engine holds it, and it knows the engine.
pub struct Link(pub Rc<Nest>);

pub type Nested = Engine<Link>;

pub fn nested(client: Client, at: At) -> Rc<Nested> {
    let nest = Rc::new(Nest {
        client,
        at,
        engine: OnceCell::new(),
        plan: RefCell::default(),
        calls: Cell::new(0),
        done: RefCell::default(),
    });
    let engine = Rc::new(Engine::new(Link(nest.clone())));
    let _ = nest.engine.set(Rc::downgrade(&engine));
    engine
}

impl Nest {
    pub fn start(&self, plan: Plan) {
        self.plan.replace(plan);
        self.calls.set(0);
        self.done.borrow_mut().clear();
    }

    fn called(&self, is_question: bool) {
        if !is_question && self.at == At::Questions {
            return;
        }
        self.calls.set(self.calls.get().wrapping_add(1));
        let op = self.plan.borrow_mut().remove(&self.calls.get());
        let engine = self.engine.get().and_then(Weak::upgrade);
        if let (Some(op), Some(engine)) = (op, engine) {
            let told = prepare(&self.client, &op);
            let plan = self.plan.take();
            if self.at == At::Everything {
                self.plan.replace(plan.clone());
            }
            let answer = apply(&engine, &op, &told);
            if self.at == At::Questions {
                self.plan.replace(plan);
            }
            self.done.borrow_mut().push((op, told, answer));
        }
    }
}

impl Host for Link {
    fn is_object_registered(&self, oid: Oid) -> Result<bool, Error> {
        self.0.called(true);
        (&self.0.client).is_object_registered(oid)
    }

    fn is_instance_present(&self, oid: Oid, iid: Iid) -> Result<bool, Error> {
        self.0.called(true);
        (&self.0.client).is_instance_present(oid, iid)
    }

    fn is_server_known(&self, ssid: Ssid) -> Result<bool, Error> {
        self.0.called(true);
        (&self.0.client).is_server_known(ssid)
    }

    fn single_server(&self) -> Option<Ssid> {
        self.0.called(false);
        (&self.0.client).single_server()
    }

    fn list_instances(&self, oid: Oid, found: &mut Ids) -> Result<(), Error> {
        self.0.called(true);
        (&self.0.client).list_instances(oid, found)
    }

    fn list_accounts(&self, found: &mut Ids) -> Result<(), Error> {
        self.0.called(true);
        (&self.0.client).list_accounts(found)
    }

    fn remove_instance(&self, oid: Oid, iid: Iid) -> Result<(), Error> {
        self.0.called(false);
        (&self.0.client).remove_instance(oid, iid)
    }

    fn changed(&self, change: Change) {
        (&self.0.client).changed(change);
        self.0.called(false);
    }

    fn refused(&self, refusal: &Refusal) {
        (&self.0.client).refused(refusal);
        self.0.called(false);
    }
}
