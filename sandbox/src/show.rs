//! `show`: what there is, for a person to look at.

use crate::client::Client;
use crate::object::{Object, Resource};
use crate::path::MAX_ID;
use crate::words::{rights, server};

impl Client {
    /// The Objects with their Instances, and who has which rights.
    pub fn show(&self) -> String {
        let mut text = String::new();
        for object in self.objects() {
            let instances = match object.list_instances() {
                Err(fault) => format!("cannot be listed: {}", fault.reason),
                Ok(instances) if instances.is_empty() => "no Instances".into(),
                Ok(instances) => {
                    let names: Vec<_> = instances.iter().map(u16::to_string).collect();
                    format!("Instances {}", names.join(" "))
                }
            };
            text += &format!("Object {}: {instances}\n", object.oid());
        }
        if let Some(access_control) = self.access_control() {
            for iid in access_control.list_instances().unwrap_or_default() {
                text += &format!("{}\n", describe(&*access_control, iid));
            }
        }
        self.with(|state| {
            for observed in &state.observations {
                let (who, about) = (server(observed.what.ssid), observed.what.about());
                text += &format!("{who} observes {about}\n");
            }
        });
        text
    }
}

fn describe(object: &dyn Object, iid: u16) -> String {
    let id = |rid, riid| {
        object
            .read(iid, rid, riid)
            .ok()
            .and_then(|value| value.as_u16())
    };
    let target = match (id(0, MAX_ID), id(1, MAX_ID)) {
        (Some(oid), Some(MAX_ID)) => format!("creation in /{oid}"),
        (Some(oid), Some(target)) => format!("/{oid}/{target}"),
        _ => "no target".into(),
    };
    let owner = id(3, MAX_ID).map_or("nobody".into(), server);
    let entry = |&ssid: &u16| format!("{} {}", server(ssid), rights(id(2, ssid).unwrap_or(0)));
    let resources = object.list_resources(iid).unwrap_or_default();
    let has_acl = |resource: &Resource| resource.rid == 2 && resource.present;
    let entries = match object.list_resource_instances(iid, 2) {
        _ if !resources.iter().any(has_acl) => "no ACL".into(),
        Ok(entries) if !entries.is_empty() => {
            let entries: Vec<_> = entries.iter().map(entry).collect();
            entries.join(", ")
        }
        _ => "no entries".into(),
    };
    format!("/2/{iid}: {target}; owner {owner}; {entries}")
}
