//! Bugs of the engine and its C surface, and of the list of OCF as far as it is
//! fuzzed, with the tests of which each must find it.

use crate::mutants::{Mutant, mutant};

pub const PLANTED: &[Mutant] = &[
    // ---- memory that runs out ----
    mutant(
        "a list that aborts when memory runs out",
        [
            "src/list.rs",
            "NonNull::new(start.cast()).ok_or(NoMemory)?;",
            "NonNull::new(start.cast())\n            \
             .unwrap_or_else(|| ::alloc::alloc::handle_alloc_error(layout));",
        ],
        &["alloc_failure"],
    ),
    mutant(
        "a failed change that is not taken back",
        [
            "src/engine.rs",
            "self.table.finish(result.is_ok());",
            "self.table.finish(true);",
        ],
        &["alloc_failure", "small:alloc_failure"],
    ),
    mutant(
        "an engine that is never freed",
        [
            "tests/alloc_failure.rs",
            "counted(Refuse::Nothing, || drop(engine));",
            "std::mem::forget(engine);",
        ],
        &["alloc_failure"],
    ),
    mutant(
        "a list cut short that passes for complete",
        ["src/ids.rs", "if self.is_incomplete {", "if false {"],
        &["alloc_failure", "small:alloc_failure"],
    ),
    mutant(
        "a chunk that is split with too little room for what may come back",
        [
            "src/table/chunks.rs",
            "upper.reserve(Self::FULL)?;",
            "upper.reserve(Self::FULL / 2)?;",
        ],
        &["promises"],
    ),
    mutant(
        "a fence that is no key",
        [
            "src/table/chunks.rs",
            "fence = first[0] >> (64 - ID) << (64 - ID);",
            "fence = first[0];",
        ],
        &["promises"],
    ),
    mutant(
        "a journal that is never given back",
        [
            "src/table/hosted.rs",
            "self.changes = List::new();\n        self.targets.tidy();",
            "core::mem::forget(core::mem::replace(&mut self.changes, List::new()));\n        self.targets.tidy();",
        ],
        &["promises"],
    ),
    mutant(
        "tables that are never tidied",
        [
            "src/table/chunks.rs",
            "if self.taken > self.len / 2 + Self::FULL / 8 {",
            "if false {",
        ],
        &["promises"],
    ),
    mutant(
        "on bare metal, memory that is not given back",
        [
            "src/table/bare.rs",
            "if !self.is_open {\n            self.live.fit();",
            "if false {\n            self.live.fit();",
        ],
        &["small:promises"],
    ),
    mutant(
        "on bare metal, a copy that is kept after the transaction",
        [
            "src/table/bare.rs",
            "self.saved.clear();\n        self.touched",
            "self.touched",
        ],
        &["small:promises"],
    ),
    // ---- persisted states ----
    mutant(
        "a persist that fails and clears the mark",
        [
            "src/persist/mod.rs",
            "state.modified &= put.is_err();",
            "state.modified = false;",
        ],
        &["alloc_failure", "model", "c_surface"],
    ),
    mutant(
        "a flag for the ACL that may have any value",
        ["src/persist/mod.rs", "if has_acl > 1 {", "if false {"],
        &["short::restore", "small:model"],
    ),
    mutant(
        "an ACL key that may come twice",
        [
            "src/persist/buffered.rs",
            "if self.table.entry_at_or_after(instance, entry.ssid()).ssid() == entry.ssid() {",
            "if false {",
        ],
        &["short::restore"],
    ),
    mutant(
        "on bare metal, a key that may come twice",
        [
            "src/persist/direct.rs",
            "if found.ssid() == entry.ssid() {",
            "if false {",
        ],
        &["small:model"],
    ),
    mutant(
        "on bare metal, an Instance ID that may come twice",
        [
            "src/persist/direct.rs",
            "if self.table.find(instance.iid()).is_some() {",
            "if false {",
        ],
        &["small:model"],
    ),
    mutant(
        "on bare metal, a target that may come twice",
        [
            "src/persist/direct.rs",
            "if self.table.governing(instance.target()) != MAX_ID {",
            "if false {",
        ],
        &["small:model"],
    ),
    mutant(
        "a restore that refuses what persist wrote",
        [
            "src/persist/mod.rs",
            "if owner == 0 {",
            "if owner == MAX_ID {",
        ],
        &["short::commands", "model"],
    ),
    mutant(
        "a restore into a transaction that the host's answers opened",
        [
            "src/persist/mod.rs",
            "check_closed()?;\n        let mut state",
            "let mut state",
        ],
        &["promises", "small:promises"],
    ),
    mutant(
        "a state in use that passes for unmodified",
        [
            "src/engine.rs",
            "self.lock_any().is_none_or(",
            "self.lock_any().is_some_and(",
        ],
        &["promises"],
    ),
    // ---- accounts and targets that go ----
    mutant(
        "the default entry elected owner",
        [
            "src/sync/mod.rs",
            "let mut entry = table.entry_at_or_after(instance, 1);",
            "let mut entry = table.entry_at_or_after(instance, 0);",
        ],
        &["model", "c_surface", "small:model"],
    ),
    mutant(
        "instances created on Object 65535",
        [
            "src/sync/mod.rs",
            "if !is_server || !is_governable(target.oid()) ||",
            "if !is_server || (!is_governable(target.oid()) && target.oid() != MAX_ID) ||",
        ],
        &["model", "regressions"],
    ),
    mutant(
        "a host that cannot tell whether an Instance is there counts as No",
        [
            "src/sync/listed.rs",
            "matches!(host.is_instance_present(oid, iid), Ok(false))",
            "!matches!(host.is_instance_present(oid, iid), Ok(true))",
        ],
        &["promises"],
    ),
    mutant(
        "what a list leaves out counts as gone",
        [
            "src/sync/listed.rs",
            "!found.contains(iid) && matches!(host.is_instance_present(oid, iid), Ok(false))",
            "!found.contains(iid) && { let _ = host; true }",
        ],
        &["promises"],
    ),
    mutant(
        "on bare metal, no answer about an Instance counts as No",
        ["src/sync/asked.rs", "Ok(false)\n", "Ok(false) | Err(_)\n"],
        &["small:promises"],
    ),
    mutant(
        "an orphan is removed, and nobody hears of it",
        [
            "src/sync/mod.rs",
            "self.remove_orphan(instance)? {\n                done = Note::MOVED;",
            "self.remove_orphan(instance)? {",
        ],
        &["promises", "regressions"],
    ),
    // ---- decisions and edits ----
    mutant(
        "the write right that allows to delete",
        [
            "src/types.rs",
            "Operation::Delete => Mask::DELETE",
            "Operation::Delete => Mask::WRITE",
        ],
        &["model", "c_surface"],
    ),
    mutant(
        "SSID 0 that owns what has no owner",
        [
            "src/decide.rs",
            "allowed: question.ssid != SSID_ANY && owner == question.ssid,",
            "allowed: owner == question.ssid,",
        ],
        &["model", "regressions"],
    ),
    mutant(
        "everybody edits what has an owner",
        [
            "src/decide.rs",
            "allowed: question.ssid != SSID_ANY && owner == question.ssid,",
            "allowed: question.ssid != SSID_ANY && owner != SSID_ANY,",
        ],
        &["security", "model"],
    ),
    mutant(
        "a decision about before that looks at the open transaction",
        [
            "src/decide.rs",
            "state.table.view(question.before);",
            "state.table.view(false);",
        ],
        &["model", "c_surface", "small:model"],
    ),
    mutant(
        "a change during validation that is overlooked",
        [
            "src/transaction.rs",
            "if look.rounds == 0 || self.edits != look.edits {",
            "if look.rounds == 0 {",
        ],
        &["model", "regressions"],
    ),
    mutant(
        "a validation that is disturbed for ever",
        [
            "src/transaction.rs",
            "if look.rounds > ROUNDS {",
            "if false {",
        ],
        &["promises"],
    ),
    mutant(
        "an instance without a target that is committed",
        [
            "src/transaction.rs",
            "if !instance.has_target() {\n            return",
            "if false {\n            return",
        ],
        &["model", "small:model"],
    ),
    mutant(
        "a reset that keeps the owner",
        ["src/handlers.rs", "table.set_owner(bare, 0);", ""],
        &["short::handlers", "model", "small:model"],
    ),
    mutant(
        "on bare metal, a roll-back that commits",
        [
            "src/table/bare.rs",
            "if !keeps {\n            // What a synchronisation",
            "if false {\n            // What a synchronisation",
        ],
        // Not security: whoever edits an instance owns it, and may grow there.
        &["small:model"],
    ),
    mutant(
        "on bare metal, a roll-back that forgets what a synchronisation has noted",
        [
            "src/table/bare.rs",
            "mark(&mut self.saved, row.key, row.value & MARKS);",
            "",
        ],
        &["small:regressions"],
    ),
    mutant(
        "on bare metal, a failed synchronisation that leaves its notes",
        ["src/sync/mod.rs", "state.table.forget_gone();", ""],
        &["small:costs"],
    ),
    // ---- many grants at once ----
    mutant(
        "provisioning that keeps what came before a refusal",
        ["src/grant.rs", "let _ = state.conclude(Err(why));", ""],
        &["alloc_failure", "model", "c_surface"],
    ),
    mutant(
        "provisioning that blames a grant for the lack of memory",
        ["src/grant.rs", "at = at.max(grants.len());", ""],
        &["alloc_failure"],
    ),
    mutant(
        "new instances by provisioning, and nobody hears of it",
        [
            "src/grant.rs",
            "if has_new {\n            self.host",
            "if false {\n            self.host",
        ],
        &["promises"],
    ),
    mutant(
        "provisioning that changes entries, and nobody hears of it",
        [
            "src/grant.rs",
            "for &(iid, rid) in told.iter() {",
            "for &(iid, rid) in told.iter().take(0) {",
        ],
        &["promises"],
    ),
    mutant(
        "provisioning that does not tell C which grant was refused",
        [
            "src/ffi/application.rs",
            "refused = grant.at;",
            "let _ = grant.at;",
        ],
        &["c_surface"],
    ),
    // ---- the audit hook ----
    mutant(
        "a denial that is told while the state is borrowed",
        [
            "src/ffi/serve.rs",
            "let is_idle = aac.engine.lock().is_some();",
            "let is_idle = true;",
        ],
        &["c_surface"],
    ),
    mutant(
        "a hook that is told of what is allowed",
        [
            "src/ffi/serve.rs",
            "if !decision.allowed && aac.audit.get().0.is_some() {",
            "if aac.audit.get().0.is_some() {",
        ],
        &["c_surface"],
    ),
    // ---- the list of OCF, as far as it is fuzzed; the others are in planted_ocf.rs ----
    mutant(
        "an OCF list whose owner is lost when it is loaded",
        [
            "ocf/src/acl.rs",
            "if update.has_owner || load {\n            self.give_to",
            "if update.has_owner && !load {\n            self.give_to",
        ],
        &["short::ocf"],
    ),
];
