//! C programs against the sandbox.

use std::fs;
use testkit_c::sandbox::{build, check, compiler, program};
use testkit_c::{folder, root};

/// Runs a program of `sandbox/tests` that checks itself.
fn passes(name: &str) {
    let file = build(name, &[&format!("sandbox/tests/{name}.c")]);
    let text = check(&mut program(file, &folder(name)), "");
    assert!(text.ends_with("all passed\n"), "{text}");
}

/// The tutorial's scripted session gives the committed transcript.
#[test]
fn tutorial_gives_the_committed_transcript() {
    let tutorial = build("tutorial", &["c-examples/tutorial/main.c"]);
    let kept = root().join("c-examples/tutorial");
    let session = fs::read_to_string(kept.join("session.txt")).expect("it is there");
    let expected = fs::read_to_string(kept.join("session.expected")).expect("it is there");
    let transcript = check(&mut program(tutorial, &folder("session")), &session);
    if std::env::var_os("WRITE_TRANSCRIPT").is_some() {
        fs::write(kept.join("session.expected"), &transcript).expect("writable");
    }
    let mut lines = transcript.lines().zip(expected.lines()).enumerate();
    let first = lines.find(|(_, (got, expected))| got != expected);
    assert_eq!(first, None, "set WRITE_TRANSCRIPT to accept the new one");
    assert_eq!(transcript.lines().count(), expected.lines().count());
}

/// What the demo shows beside Anjay's answer.
#[test]
fn the_difference_that_the_demo_shows_is_one() {
    let tutorial = build("difference", &["c-examples/tutorial/main.c"]);
    let kept = root().join("c-examples/tutorial");
    let read = |name| fs::read_to_string(kept.join(name)).expect("it is there");
    let here = check(
        &mut program(tutorial, &folder("difference")),
        &read("difference.txt"),
    );
    let end = here.split_once("> bs finish").expect("a bootstrap").1;
    let anjay = read("difference.anjay");
    assert_eq!(
        anjay,
        "> bs finish\n2.04 Changed\n> 2 read /1234/0/0\n4.04 Not Found\n"
    );
    assert!(
        end.contains("2.04 Changed\n> 2 read /1234/0/0\n2.05 Content\n  /1234/0/0 = \"lamp\"\n"),
        "{end}"
    );
    let readme = fs::read_to_string(root().join("README.md")).expect("it is there");
    assert!(readme.contains("\n| D5 | a live owner's instance is deleted"));
}

/// Each header stands alone, in C99 and in C++17.
#[test]
fn headers_compile_alone_in_c_and_cpp() {
    let mut seen = 0;
    let include = root().join("sandbox/include");
    let own = ["anjay", "avsystem/commons", ""].map(|part| include.join(part));
    let engine = [root().join("include"), root().join("include/anjay")];
    for header in own
        .iter()
        .chain(&engine)
        .flat_map(|folder| fs::read_dir(folder).expect("there"))
    {
        let header = header.expect("readable").path();
        if header.extension().is_none_or(|extension| extension != "h") {
            continue;
        }
        for (cpp, standard, language) in [(false, "c99", "c"), (true, "c++17", "c++")] {
            let source = folder("headers").join(format!("alone.{language}"));
            let text = format!(
                "#include \"{}\"\nint main(void) {{ return 0; }}\n",
                header.display()
            );
            fs::write(&source, text).expect("writable");
            let mut command = compiler(cpp, standard);
            check(
                command.args(["-x", language, "-fsyntax-only"]).arg(&source),
                "",
            );
            seen += 1;
        }
    }
    assert!(seen >= 2 * 22, "headers are missing");
}

/// What applications written for Anjay use without including it themselves.
#[test]
fn headers_bring_along_what_applications_rely_on() {
    let source = folder("headers").join("along.c");
    let text = "\
        #include <anjay/anjay.h>\n\
        #ifndef AVS_COMMONS_SCHED_THREAD_SAFE\n\
        #error\n\
        #endif\n\
        int main(void) {\n\
            long number = strtol(\"7\", NULL, 10);\n\
            return number < INT_MIN || number > INT_MAX || strlen(\"\");\n\
        }\n";
    fs::write(&source, text).expect("writable");
    check(compiler(false, "c99").arg("-fsyntax-only").arg(&source), "");
}

/// The seven functions and the API of the sandbox, asked amiss.
#[test]
fn calls_that_are_wrong_fail_and_change_nothing() {
    passes("misuse");
}

/// Handlers that call the API again.
#[test]
fn handlers_may_call_everything_again() {
    passes("reentrancy");
}

/// Transactions of custom objects: which handlers are called, in which order.
#[test]
fn transactions_call_the_handlers_in_order() {
    passes("transactions");
}

/// Contexts, attributes and multiple resources of a custom object.
#[test]
fn contexts_carry_every_type() {
    passes("contexts");
}

/// Streams, lists and times.
#[test]
fn streams_lists_and_times() {
    passes("commons");
}

/// Several threads, and the end of an event loop that waits.
#[test]
fn threads_take_turns_and_interrupt_the_loop() {
    let program_path = build("threads", &["sandbox/tests/threads.c"]);
    let mut child = program(program_path, &folder("threads"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it runs");
    // Held open: the loop has to end without the end of its input.
    let input = child.stdin.take();
    let output = child.wait_with_output().expect("it ends");
    drop(input);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.ends_with("all passed\n"), "{text}");
}

/// Sizes, offsets and constants in C are those in Rust.
#[test]
fn layouts_agree() {
    use anjay_access_control_sandbox::ffi::types::*;
    use std::mem::{offset_of, size_of};
    let mut expected = String::new();
    macro_rules! layout {
        ($($type:ident { $($field:ident),* })*) => {$(
            expected += &format!("{} {}\n", stringify!($type), size_of::<$type>());
            $(expected += &format!(
                "{}.{} {}\n",
                stringify!($type), stringify!($field), offset_of!($type, $field)
            );)*
        )*};
    }
    layout! {
        anjay_dm_oi_attributes_t { min_period, max_period, min_eval_period, max_eval_period, con, hqmax }
        anjay_dm_r_attributes_t { common, greater_than, less_than, step, edge }
        anjay_dm_handlers_t {
            object_read_default_attrs, object_write_default_attrs, list_instances, instance_reset,
            instance_create, instance_remove, instance_read_default_attrs,
            instance_write_default_attrs, list_resources, resource_read, resource_write,
            resource_execute, resource_reset, list_resource_instances, resource_read_attrs,
            resource_write_attrs, transaction_begin, transaction_validate, transaction_commit,
            transaction_rollback, resource_instance_read_attrs, resource_instance_write_attrs,
            resource_instance_remove
        }
        anjay_dm_object_def_t { oid, version, handlers }
        anjay_security_instance_t {
            ssid, server_uri, bootstrap_server, security_mode, client_holdoff_s,
            bootstrap_timeout_s, public_cert_or_psk_identity, public_cert_or_psk_identity_size,
            private_cert_or_psk_key, private_cert_or_psk_key_size, server_public_key,
            server_public_key_size, matching_type, server_name_indication, certificate_usage,
            ciphersuites
        }
        anjay_server_instance_t {
            ssid, lifetime, default_min_period, default_max_period, disable_timeout, binding,
            notification_storing, initial_registration_delay_timer,
            bootstrap_on_registration_failure, preferred_transport, mute_send,
            communication_retry_count, communication_retry_timer,
            communication_sequence_retry_count, communication_sequence_delay_timer
        }
        avs_time_duration_t { seconds, nanoseconds }
    }
    use access_control::ffi::foreign::*;
    layout! { avs_error_t { category, code } }
    for (name, value) in [
        ("AVS_EBADF", AVS_EBADF),
        ("AVS_EBADMSG", AVS_EBADMSG),
        ("AVS_EINVAL", AVS_EINVAL),
        ("AVS_EIO", AVS_EIO),
        ("AVS_ENOMEM", AVS_ENOMEM),
        ("AVS_ERRNO_CATEGORY", AVS_ERRNO_CATEGORY),
    ] {
        expected += &format!("{name} {value}\n");
    }
    // The same lines, printed by C from the headers.
    let mut source = String::from(
        "#include <stdio.h>\n#include <stddef.h>\n#include <anjay/anjay.h>\n\
         #include <anjay/security.h>\n#include <anjay/server.h>\nint main(void) {\n",
    );
    for line in expected.lines() {
        let (name, _) = line.rsplit_once(' ').expect("name and number");
        let value = match name.split_once('.') {
            Some((of, field)) => format!("offsetof({of}, {field})"),
            None if name.ends_with("_t") => format!("sizeof({name})"),
            None => name.to_owned(),
        };
        source += &format!("printf(\"%s %lu\\n\", \"{name}\", (unsigned long) {value});\n");
    }
    source += "return 0;\n}\n";
    let folder = folder("layouts");
    let (file, binary) = (folder.join("layouts.c"), folder.join("layouts"));
    fs::write(&file, source).expect("writable");
    check(compiler(false, "c99").arg(&file).arg("-o").arg(&binary), "");
    assert_eq!(check(&mut program(&binary, &folder), ""), expected);
}
