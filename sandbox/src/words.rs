//! Decisions of the engine, in words.

use access_control::ffi::host::{aac_decision_t, aac_operation_t, aac_rule_t};

/// A question to the engine.
#[derive(Clone, Copy)]
pub struct Question {
    pub ssid: u16,
    pub operation: aac_operation_t,
    pub oid: u16,
    pub iid: u16,
}

/// A server by name.
pub fn server(ssid: u16) -> String {
    match ssid {
        0 => "the default entry".into(),
        u16::MAX => "the Bootstrap-Server".into(),
        _ => format!("server {ssid}"),
    }
}

/// An access mask: `RWED`, or `none`.
pub fn rights(mask: u16) -> String {
    let named = |(bit, name): (u16, char)| (mask & bit != 0).then_some(name);
    let text: String = [(1, 'R'), (2, 'W'), (4, 'E'), (8, 'D'), (16, 'C')]
        .into_iter()
        .filter_map(named)
        .collect();
    if text.is_empty() { "none".into() } else { text }
}

/// The letters of [`rights`], or a number, as a mask.
pub fn parse_rights(text: &str) -> Option<u16> {
    if text == "none" {
        return Some(0);
    }
    if let Ok(mask) = text.parse() {
        return Some(mask);
    }
    text.chars().try_fold(0, |mask, letter| {
        Some(mask | (1 << "RWEDC".chars().position(|known| known == letter)?))
    })
}

fn given(why: &aac_decision_t) -> String {
    match (why.allowed, why.mask) {
        (true, mask) => rights(mask),
        (false, 0) => "no right".into(),
        (false, mask) => format!("only {}", rights(mask)),
    }
}

/// Why the answer is what it is.
pub fn explain(question: &Question, why: &aac_decision_t) -> String {
    use aac_rule_t::*;
    let Question { ssid, oid, iid, .. } = *question;
    let who = server(ssid);
    let acl = why.acl_iid;
    let creates = question.operation == aac_operation_t::AAC_CREATE;
    let rule = |rule: aac_rule_t| why.rule == rule as u8;
    if rule(AAC_RULE_KEYS_ARE_CLOSED) {
        format!("Object {oid} holds keys and is closed to every server")
    } else if rule(AAC_RULE_BOOTSTRAP) {
        "the Bootstrap-Server may do it".into()
    } else if rule(AAC_RULE_DISCOVER_IS_OPEN) {
        "Discover is open to every server".into()
    } else if rule(AAC_RULE_SINGLE_SERVER) {
        format!("{who} is the only server")
    } else if rule(AAC_RULE_ACL_IS_READABLE) {
        "every server may read Access Control Instances".into()
    } else if rule(AAC_RULE_ACL_IS_FIXED) {
        "no server may create or delete Access Control Instances".into()
    } else if rule(AAC_RULE_ACL_OWNER) {
        let verb = if why.allowed { "owns" } else { "does not own" };
        format!("{who} {verb} /2/{acl}")
    } else if rule(AAC_RULE_NOT_GOVERNED) && creates {
        format!("no Access Control Instance governs creation in Object {oid}")
    } else if rule(AAC_RULE_NOT_GOVERNED) {
        format!("no Access Control Instance governs /{oid}/{iid}")
    } else if rule(AAC_RULE_OWN_ENTRY) {
        format!("/2/{acl} gives {who} {}", given(why))
    } else if rule(AAC_RULE_OWNER) {
        format!("{who} owns /2/{acl} and has no entry of its own there")
    } else if rule(AAC_RULE_DEFAULT_ENTRY) {
        format!(
            "/2/{acl} has no entry for {who}, and its default entry gives {}",
            given(why)
        )
    } else if rule(AAC_RULE_NO_ENTRY) && creates {
        format!("/2/{acl} has no entry for {who}")
    } else if rule(AAC_RULE_NO_ENTRY) {
        format!("/2/{acl} has no entry for {who}, no default entry, and another owner")
    } else {
        "the question could not be decided".into()
    }
}
