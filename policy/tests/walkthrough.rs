//! The page `docs/policies.md` is true: its files are written to a folder, its
//! commands run there, and they answer as it says. After a change that is meant:
//! `WRITE_TRANSCRIPT=1 cargo test --package lwm2m-acl --test walkthrough`.

use lwm2m_acl::policy::Rule;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit_c::root;
use testkit_c::sandbox::{build, check, compiler, program};

fn page() -> PathBuf {
    root().join("docs/policies.md")
}

/// A command as a person gives it to a shell; what it says on either stream.
fn answer(line: &str, folder: &Path, path: &str) -> String {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec 2>&1; {line}"));
    shell.current_dir(folder).env("PATH", path);
    check(&mut shell, "")
}

/// Runs the page; gives it as it should be.
fn walk(page: &str, folder: &Path, path: &str) -> String {
    let mut text = String::new();
    let mut lines = page.lines();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        let _ = writeln!(text, "{line}");
        let Some(kind) = line.strip_prefix("```").filter(|kind| !kind.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if kind == "console" {
            let said = block.iter().filter_map(|line| line.strip_prefix("$ "));
            for command in said {
                commands += 1;
                let _ = write!(text, "$ {command}\n{}", answer(command, folder, path));
            }
        } else {
            if let Some((_, name)) = kind.split_once(" file=") {
                fs::write(folder.join(name), block.join("\n") + "\n").expect("writable");
            }
            for line in block {
                let _ = writeln!(text, "{line}");
            }
        }
        text += "```\n";
    }
    assert!(commands > 10, "only {commands} commands were found");
    text
}

#[test]
fn the_page_is_true() {
    let tutorial = build("policies-tutorial", &["c-examples/tutorial/main.c"]);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let programs = folder.join("programs");
    fs::create_dir(&programs).expect("writable");
    fs::copy(tutorial, programs.join("tutorial")).expect("writable");
    let tool = Path::new(env!("CARGO_BIN_EXE_lwm2m-acl"));
    fs::copy(tool, programs.join("lwm2m-acl")).expect("writable");
    let path = format!("{}:/usr/bin:/bin", programs.display());

    let kept = fs::read_to_string(page()).expect("there");
    let now = walk(&kept, folder, &path);
    if std::env::var_os("WRITE_TRANSCRIPT").is_some() {
        fs::write(page(), &now).expect("writable");
        return;
    }
    let differs = now
        .lines()
        .zip(kept.lines())
        .find(|(now, kept)| now != kept);
    assert_eq!(differs, None, "set WRITE_TRANSCRIPT to accept the new one");
    assert_eq!(now.lines().count(), kept.lines().count());

    // What the page shows in C compiles with what the page's command wrote.
    for (cpp, standard) in [(false, "c99"), (true, "c++17")] {
        let mut command = compiler(cpp, standard);
        let language = if cpp { "c++" } else { "c" };
        command.args(["-x", language, "-fsyntax-only", "restore_policy.c"]);
        check(command.current_dir(folder), "");
    }
    // And the array is the state.
    let source = "#include <stdio.h>\n#include \"acl.h\"\nint main(void) {\n\
         return fwrite(access_control_policy, sizeof(access_control_policy), 1, stdout) != 1;\n}\n";
    fs::write(folder.join("array.c"), source).expect("writable");
    let mut command = compiler(false, "c99");
    check(
        command.args(["array.c", "-o", "array"]).current_dir(folder),
        "",
    );
    let printed = program(folder.join("array"), folder)
        .output()
        .expect("it runs");
    assert_eq!(
        printed.stdout,
        fs::read(folder.join("acl.bin")).expect("there")
    );
}

#[test]
fn the_page_has_all_rules() {
    let page = fs::read_to_string(page()).expect("there");
    for rule in Rule::ALL {
        assert!(page.contains(&format!("\n- {}\n", rule.text())), "{rule:?}");
    }
}
