//! What holds for all states and all bytes.

use access_control::{Entry, Operation, Rule};
use lwm2m_acl::acl::{Acl, stranger};
use lwm2m_acl::instance::Instance;
use lwm2m_acl::issues::Issues;
use lwm2m_acl::words::{LETTERS, Names, Target, rights, targets};
use lwm2m_acl::{check, decompile, diff, explain, format, json, policy, show, state};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// IDs: small ones, which meet, and the ends of the range.
fn id() -> impl Strategy<Value = u16> {
    prop_oneof![4 => 0..6_u16, 1 => 65530..=65535_u16, 1 => any::<u16>()]
}

fn mask() -> impl Strategy<Value = u16> {
    prop_oneof![4 => 0..16_u16, 2 => Just(16), 1 => any::<u16>()]
}

fn instance() -> impl Strategy<Value = Instance> {
    let acl = btree_map(id().prop_map(|ssid| ssid.min(65534)), mask(), 0..7);
    let target_iid = prop_oneof![3 => id(), 1 => Just(65535)];
    let target = (prop_oneof![3 => 3..6_u16, 1 => id()], target_iid);
    let raw = (id(), target, id(), proptest::option::weighted(0.9, acl));
    raw.prop_map(|(iid, (oid, target_iid), owner, acl)| Instance {
        iid: iid.min(65534),
        target: Target {
            oid: if [0, 2, 65535].contains(&oid) { 3 } else { oid },
            iid: target_iid,
        },
        owner: owner.max(1),
        acl: acl.map(|acl| {
            let entries = acl.into_iter();
            entries.map(|(ssid, mask)| Entry { ssid, mask }).collect()
        }),
    })
}

/// Instances of which a device can have all at once, by rising ID.
fn instances() -> impl Strategy<Value = Vec<Instance>> {
    let dense = any::<bool>();
    (vec(instance(), 0..12), dense).prop_map(|(mut all, dense)| {
        let (mut iids, mut targets) = (HashSet::new(), HashSet::new());
        all.retain(|it| targets.insert(it.target));
        if dense {
            let places = all.iter_mut().zip(0..);
            places.for_each(|(instance, place)| instance.iid = place);
        }
        all.retain(|it| iids.insert(it.iid));
        all.sort_by_key(|it| it.iid);
        all
    })
}

/// Instances of which each can be wrong, and all together: what is unique in a
/// device need not be.
fn loose_instances() -> impl Strategy<Value = Vec<Instance>> {
    let entries = vec((id(), mask()), 0..4);
    let oid = prop_oneof![4 => Just(3), 1 => 0..4_u16];
    let target_iid = 0..3_u16;
    let loose = (id(), oid, target_iid, id(), proptest::option::of(entries));
    let loose = loose.prop_map(|(iid, oid, target_iid, owner, entries)| Instance {
        iid,
        target: Target {
            oid,
            iid: target_iid,
        },
        owner,
        acl: entries.map(|entries| {
            let entries = entries.into_iter();
            entries.map(|(ssid, mask)| Entry { ssid, mask }).collect()
        }),
    });
    vec(loose, 0..4)
}

fn all_commands(old: &Acl, new: &Acl) {
    let names = Names::default();
    let _ = show::plain(new, &[], &names, true);
    let _ = show::plain(new, &[1, 2, 65535], &names, false);
    let _ = show::svg(new, &[], &names);
    json::show(new, &names).expect("memory takes it");
    let found = diff::diff(old, new);
    let _ = found.words(&names);
    json::diff(&found, &names).expect("memory takes it");
}

/// What `diff` has to say of a server, from the decisions on every target alone.
fn differences(old: &Acl, new: &Acl, ssid: u16) -> String {
    let all = old.instances().iter().chain(new.instances());
    let all: BTreeSet<Target> = all.map(|instance| instance.target).collect();
    let mut steps: BTreeMap<(u8, u16), Vec<Target>> = BTreeMap::new();
    for target in all {
        let mut add = |step| steps.entry(step).or_default().push(target);
        let [(had, owned), (has, owns)] = [old, new].map(|acl| {
            let mut instances = acl.instances().iter();
            let owns = instances.any(|it| it.target == target && it.owner == ssid);
            (acl.rights(ssid, target).0, owns)
        });
        let (gained, lost) = ((has - had).bits(), (had - has).bits());
        let found = [
            (gained != 0, (0, gained)),
            (owns && !owned, (1, 0)),
            (lost != 0, (2, lost)),
            (owned && !owns, (3, 0)),
        ];
        let found = found.into_iter().filter(|(is_so, _)| *is_so);
        found.for_each(|(_, step)| add(step));
    }
    let line = |((kind, mask), at): (_, Vec<Target>)| {
        let what = match kind {
            0 => format!("gained {} on", rights(mask)),
            1 => "gained ownership of".to_owned(),
            2 => format!("lost {} on", rights(mask)),
            _ => "lost ownership of".to_owned(),
        };
        format!("  {what} {}\n", targets(&at))
    };
    steps.into_iter().map(line).collect()
}

proptest! {
    #[test]
    fn a_difference_is_that_of_the_decisions(old in instances(), new in instances()) {
        let [old, new] = [old, new].map(|it| Acl::restore(&format::write(&it), None).expect("valid"));
        let servers: BTreeSet<u16> = old.servers().union(&new.servers()).copied().collect();
        // With more, not every server is looked at everywhere.
        if servers.len() <= 32 && old.instances() != new.instances() {
            let asked = servers.iter().map(|&ssid| (format!("server {ssid}"), ssid));
            let other = stranger(&servers).map(|ssid| ("any other server".to_owned(), ssid));
            let mut wanted = String::new();
            for (who, ssid) in asked.chain(other) {
                let steps = differences(&old, &new, ssid);
                if !steps.is_empty() {
                    wanted += &format!("{who}\n{steps}");
                }
            }
            let text = diff::diff(&old, &new).words(&Names::default());
            let (found, remark) = match text.find("Nobody gained") {
                Some(at) => text.split_at(at),
                None => (&text[..], ""),
            };
            prop_assert_eq!(found, wanted);
            prop_assert_eq!(remark.is_empty(), text.contains("  gained"));
        }
    }

    #[test]
    fn text_compiles_to_the_state_it_came_from(instances in instances()) {
        let bytes = format::write(&instances);
        let acl = Acl::restore(&bytes, None).expect("valid");
        prop_assert_eq!(acl.instances(), &instances[..]);
        prop_assert_eq!(acl.persisted(), &bytes[..]);
        let text = decompile::decompile(acl.instances(), &Names::default());
        let policy = policy::read(&text)
            .map_err(|found| TestCaseError::fail(format!("{found:?}\n{text}")))?;
        prop_assert_eq!(&policy.instances, &instances, "{}", text);
        // And once more: the text is the same too.
        let again = decompile::decompile(&policy.instances, &policy.names);
        prop_assert_eq!(&again, &text);
        all_commands(&acl, &acl);
        let accounts: BTreeSet<u16> = policy.names.iter().map(|(ssid, _)| ssid).collect();
        let state = state::compile(text, policy, None).expect("compiled");
        for accounts in [None, Some(&accounts)] {
            let report = check::check(&state, accounts, &Names::default());
            let _ = report.words();
            // Whatever it is about has a line.
            let issues = Issues::of_report(&state, &report);
            let found = issues.all.iter();
            prop_assert!(found.clone().all(|it| it.targets.is_empty() || it.line.is_some()));
        }
    }

    #[test]
    fn a_cut_state_is_refused_at_every_byte(instances in instances()) {
        let bytes = format::write(&instances);
        for length in 0..bytes.len() {
            let cut = &bytes[..length];
            let refusal = Acl::restore(cut, None).expect_err("something is missing");
            let end = format!("byte {length}");
            prop_assert!(refusal.to_string().starts_with(&end), "{}", refusal);
            prop_assert_eq!(format::scan(cut).count, 1);
        }
    }

    #[test]
    fn faults_are_found_where_the_engine_refuses(
        instances in instances(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        more in vec(any::<u8>(), 0..4),
    ) {
        let mut bytes = format::write(&instances);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.extend(&more);
        let scan = format::scan(&bytes);
        match Acl::restore(&bytes, None) {
            Ok(acl) => {
                prop_assert_eq!(scan.count, 0, "{:?}", scan.faults);
                let old = Acl::restore(&format::write(&instances), None).expect("valid");
                all_commands(&old, &acl);
                all_commands(&acl, &old);
            }
            Err(refusal) => {
                prop_assert!(scan.count > 0, "{}", refusal);
                prop_assert!(scan.faults.is_sorted_by_key(|fault| fault.offset));
            }
        }
    }

    #[test]
    fn what_must_be_unique_is_found_where_it_is_not(instances in loose_instances()) {
        let bytes = format::write(&instances);
        let scan = format::scan(&bytes);
        prop_assert_eq!(Acl::restore(&bytes, None).is_ok(), scan.count == 0, "{:?}", scan.faults);
    }

    #[test]
    fn any_bytes_are_an_error_or_a_state(bytes in vec(any::<u8>(), 0..200)) {
        let with_magic = [b"ACO\x01\0\0\0\x02", &bytes[..]].concat();
        for bytes in [bytes, with_magic] {
            prop_assert_eq!(Acl::restore(&bytes, None).is_ok(), format::scan(&bytes).count == 0);
            let _ = policy::read(&String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn any_text_is_an_error_or_a_policy(
        parts in vec(prop_oneof![
            Just("[servers]\n"), Just("a = 1\n"), Just("b = 2\n"), Just("[defaults]\n"),
            Just("owner = \"a\"\n"), Just("rights = "), Just("{ a = \"RW\" }\n"), Just("[\"/3/0\"]\n"),
            Just("[\"/3/0-9,4\"]\n"), Just("[\"/3\"]\n"), Just("\"absent\"\n"), Just("acl_iid = 3\n"),
            Just("{ raw = 70000 }"), Just("\""), Just("="), Just("{"), Just("é\n"), Just("[[x]]\n"),
        ], 0..20),
    ) {
        let text = parts.concat();
        match policy::read(&text) {
            Ok(policy) => {
                prop_assert!(Acl::restore(&format::write(&policy.instances), None).is_ok(), "{}", text);
            }
            Err(found) => {
                prop_assert!(!found.first.is_empty());
                let lines = text.lines().count() + 1;
                let mut told = found.first.iter();
                prop_assert!(told.all(|mistake| (1..=lines).contains(&mistake.line)));
                prop_assert!(found.first.is_sorted_by_key(|mistake| mistake.line));
            }
        }
    }

    /// One decision tells all the rights, and an explanation never disagrees.
    #[test]
    fn rights_and_explanations_are_the_decisions(instances in instances(), ssid in 0..7_u16) {
        let acl = Acl::restore(&format::write(&instances), None).expect("valid");
        let operations = [
            Operation::Read, Operation::Write, Operation::Execute, Operation::Delete,
            Operation::Create,
        ];
        for instance in &instances {
            let target = instance.target;
            let (rights, rule) = acl.rights(ssid, target);
            for ((_, right), operation) in LETTERS.into_iter().zip(operations) {
                let decision = acl.decide(ssid, operation, target);
                if target.rights().contains(right) && rule != Rule::Bootstrap {
                    prop_assert_eq!(decision.allowed, rights.contains(right));
                }
                let question = explain::Question { ssid, word: "do", operation, target };
                let found = explain::explain(&acl, question, &Names::default());
                prop_assert_eq!(found.decision, decision);
                // The rule that decided is told last, and there is one.
                let deciding = found.steps.iter().position(|step| step.decides);
                let is_asked = decision.rule != Rule::NotDecided;
                prop_assert_eq!(deciding.is_some(), is_asked);
                prop_assert_eq!(deciding.map_or(0, |place| place + 1), found.steps.len());
                let text = found.words();
                prop_assert!(!text.contains(['{', '}']), "{}", text);
                let last = text.lines().last().unwrap_or_default();
                prop_assert_eq!(last.starts_with("Allowed"), decision.allowed);
            }
        }
    }
}
