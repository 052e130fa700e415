//! How much `unsafe` there is, that there is none where none is to be, and that
//! docs/figures.md tells the number.

use crate::tools::{output_of, root};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use syn::visit::{self, Visit};

/// What may contain `unsafe`: the C surfaces, the engines' lists and lock, what stands in for libc and for C,
/// and developer tools and tests that speak C.
const ALLOWED: [&str; 14] = [
    "src/ffi/",
    "src/list.rs",
    "src/lock.rs",
    "packaging/runtime/src/",
    "sandbox/src/ffi/",
    "ocf/src/ffi.rs",
    "ocf/src/list.rs",
    "hardening/src/replay/device.rs",
    "testkit/src/heap.rs",
    "testkit/src/surface.rs",
    "tests/",
    "ocf/tests/",
    "ocf/benches/",
    "bench/benches/",
];

/// What is linked to an application, for the figure in docs/figures.md.
const SHIPPED: [&str; 3] = ["src/ffi", "packaging/runtime/src", "src"];

#[derive(Default)]
struct Count {
    blocks: usize,
    functions: usize,
    impls: usize,
}

impl Count {
    fn is_none(&self) -> bool {
        self.blocks + self.functions + self.impls == 0
    }
}

impl<'a> Visit<'a> for Count {
    fn visit_expr_unsafe(&mut self, block: &'a syn::ExprUnsafe) {
        self.blocks += 1;
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_signature(&mut self, signature: &'a syn::Signature) {
        self.functions += usize::from(signature.unsafety.is_some());
        visit::visit_signature(self, signature);
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        self.impls += usize::from(item.unsafety.is_some());
        visit::visit_item_impl(self, item);
    }
}

pub fn main() -> Result<(), String> {
    let mut git = Command::new("git");
    let listed = output_of(git.current_dir(root()).args(["ls-files", "*.rs"]))?;
    let mut folders: BTreeMap<&str, (usize, Count)> = BTreeMap::new();
    let mut misplaced = Vec::new();
    for path in listed.lines() {
        let text = fs::read_to_string(root().join(path)).map_err(|e| format!("{path}: {e}"))?;
        let file = syn::parse_file(&text).map_err(|e| format!("{path}: {e}"))?;
        let mut count = Count::default();
        count.visit_file(&file);
        if !count.is_none() && !ALLOWED.iter().any(|allowed| path.starts_with(allowed)) {
            misplaced.push(path);
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (files, total) = folders.entry(folder).or_default();
        *files += 1;
        total.blocks += count.blocks;
        total.functions += count.functions;
        total.impls += count.impls;
    }
    println!("| folder | files | unsafe blocks | unsafe functions | unsafe impls |");
    println!("|---|---|---|---|---|");
    for (folder, (files, count)) in &folders {
        let Count {
            blocks,
            functions,
            impls,
        } = count;
        println!("| `{folder}/` | {files} | {blocks} | {functions} | {impls} |");
    }
    if !misplaced.is_empty() {
        return Err(format!("no unsafe is to be in {}", misplaced.join(", ")));
    }
    let shipped = SHIPPED.map(|folder| {
        let blocks = folders.get(folder).map_or(0, |(_, count)| count.blocks);
        format!("{blocks} blocks in `{folder}`")
    });
    let figure = shipped.join(", ");
    let page = fs::read_to_string(root().join("docs/figures.md")).map_err(|e| e.to_string())?;
    match page.contains(&figure) {
        true => Ok(()),
        false => Err(format!("docs/figures.md is to say: {figure}")),
    }
}
