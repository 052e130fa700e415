//! The port to Anjay, compiled against a mock of Anjay's private interface
//! (`tests/anjay-mock/`) and run on it: all variants and configurations, and
//! then ports with one thing broken, each of which must be caught.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};
use testkit_c::archive::NEUTRAL;

struct Configuration {
    name: &'static str,
    core: bool,
    flags: &'static [&'static str],
}

/// The kinds of Anjay that cmake/AnjayPort.cmake knows, with what changes
/// layouts and handlers.
const CONFIGURATIONS: [Configuration; 8] = [
    Configuration {
        name: "module_3_2_threads",
        core: false,
        flags: &[
            "-DAAC_PORT_OBJECTS_BY_DM=0",
            "-DAAC_PORT_QUEUE_BY_PATH=0",
            THREADS,
        ],
    },
    Configuration {
        name: "module_3_2",
        core: false,
        flags: &["-DAAC_PORT_OBJECTS_BY_DM=0", "-DAAC_PORT_QUEUE_BY_PATH=0"],
    },
    Configuration {
        name: "module_3_14_threads",
        core: false,
        flags: &[
            "-DAAC_PORT_OBJECTS_BY_DM=1",
            "-DAAC_PORT_QUEUE_BY_PATH=1",
            THREADS,
            LWM2M12,
        ],
    },
    Configuration {
        name: "core_3_8_threads",
        core: true,
        flags: &[
            "-DAAC_PORT_OBJECTS_BY_DM=1",
            "-DAAC_PORT_QUEUE_BY_PATH=0",
            THREADS,
        ],
    },
    Configuration {
        name: "core_3_8",
        core: true,
        flags: &["-DAAC_PORT_OBJECTS_BY_DM=1", "-DAAC_PORT_QUEUE_BY_PATH=0"],
    },
    Configuration {
        name: "core_3_14_threads",
        core: true,
        flags: &[
            "-DAAC_PORT_OBJECTS_BY_DM=1",
            "-DAAC_PORT_QUEUE_BY_PATH=1",
            THREADS,
            LWM2M12,
        ],
    },
    Configuration {
        name: "core_3_14",
        core: true,
        flags: &[
            "-DAAC_PORT_OBJECTS_BY_DM=1",
            "-DAAC_PORT_QUEUE_BY_PATH=1",
            LWM2M12,
        ],
    },
    Configuration {
        name: "core_3_14_gateway",
        core: true,
        flags: &[
            "-DAAC_PORT_OBJECTS_BY_DM=1",
            "-DAAC_PORT_QUEUE_BY_PATH=1",
            THREADS,
            LWM2M12,
            "-DANJAY_WITH_LWM2M_GATEWAY",
        ],
    },
];

const STRICT: [&str; 6] = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Werror",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
];

const THREADS: &str = "-DANJAY_WITH_THREAD_SAFETY";
const LWM2M12: &str = "-DANJAY_WITH_LWM2M12";

/// A port that is broken: in which file, what stands there, and what instead.
struct Mutation {
    name: &'static str,
    file: &'static str,
    edits: &'static [(&'static str, &'static str)],
}

// A listing that fails and says that it did not is not among them: the engine asks
// again for each Instance that it misses.
const MUTATIONS: [Mutation; 24] = [
    // Those that Anjay's own integration tests let pass.
    Mutation {
        name: "set_acl notifies nobody",
        file: "module.c",
        edits: &[(
            "static void changed(void *host, uint16_t iid, uint16_t rid) {\n",
            "static void changed(void *host, uint16_t iid, uint16_t rid) {\n    if (host) return;\n",
        )],
    },
    Mutation {
        name: "nothing is validated",
        file: "module.c",
        edits: &[(
            "return aac_transaction(engine_of(DEF_OF(object)), AAC_VALIDATE);",
            "return 0 * object.type;",
        )],
    },
    Mutation {
        name: "a roll-back commits",
        file: "module.c",
        edits: &[(
            "return step(DEF_OF(object), AAC_ROLLBACK);",
            "return step(DEF_OF(object), AAC_COMMIT);",
        )],
    },
    Mutation {
        name: "the engine's transaction never begins",
        file: "module.c",
        edits: &[(
            "return aac_transaction(engine_of(DEF_OF(object)), AAC_BEGIN_LATER);",
            "return 0 * object.type;",
        )],
    },
    Mutation {
        name: "instance_reset does nothing",
        file: "module.c",
        edits: &[(
            "return aac_edit(engine_of(DEF_OF(object)), AAC_EDIT_RESET, iid, iid);",
            "return 0 * object.type;",
        )],
    },
    Mutation {
        name: "the ACL is always present",
        file: "module.c",
        edits: &[(">= -1;\n", ">= INT32_MIN;\n")],
    },
    Mutation {
        name: "no transaction around synchronisation",
        file: "core.c",
        edits: &[
            (
                "if (avs_is_err(_anjay_dm_transaction_begin(port->anjay))) {",
                "if (false) {",
            ),
            (
                "*is_open = true;\n    return _anjay_dm_transaction_include_object(port->anjay, &port->installed);",
                "return 0;",
            ),
        ],
    },
    // Ours.
    Mutation {
        name: "no late check",
        file: "core.c",
        edits: &[(
            "if (is_server) {\n            result",
            "if (!origin) {\n            result",
        )],
    },
    Mutation {
        name: "the late check looks at the present state",
        file: "core.c",
        edits: &[("AAC_WRITE_COMPOSITE + AAC_BEFORE", "AAC_WRITE_COMPOSITE")],
    },
    Mutation {
        name: "permissions are never forgotten",
        file: "module.c",
        edits: &[("    port_of(def)->permitted.ssid = ANJAY_SSID_ANY;\n", "")],
    },
    Mutation {
        name: "permissions outlive what does not include Object 2",
        file: "core.c",
        edits: &[(
            "way it comes. */\n    const int result =\n            _anjay_dm_transaction_include_object(port->anjay, &port->installed);",
            "way it comes. */\n    const int result = 0;",
        )],
    },
    Mutation {
        name: "permissions that nothing ends",
        file: "core.c",
        edits: &[(
            "if (!result) {\n        port->permitted",
            "if (true) {\n        port->permitted",
        )],
    },
    Mutation {
        name: "targets are not marked as changed",
        file: "core.c",
        edits: &[(
            "if (oid >= 0 && queue_object",
            "if (oid == 0 && queue_object",
        )],
    },
    Mutation {
        name: "end devices are governed",
        file: "core.c",
        edits: &[(
            "if (entry->prefix[0] != '\\0') {",
            "if (entry->prefix[0] == '?') {",
        )],
    },
    Mutation {
        name: "a foreign Object 2 lets everything pass",
        file: "core.c",
        edits: &[(
            "\"denying everything\"));\n",
            "\"denying everything\"));\n            return 1;\n",
        )],
    },
    Mutation {
        name: "what the application does is part of the operation",
        file: "module.c",
        edits: &[("AAC_BEGIN_LATER);", "AAC_BEGIN);")],
    },
    Mutation {
        name: "refusals are silent",
        file: "module.c",
        edits: &[(".refused = aac_port_log_refusal\n", "")],
    },
    Mutation {
        name: "refusals are errors all",
        file: "functions.c",
        edits: &[(
            "port_log(WARNING, \"%s\", line);\n        return;",
            "break;",
        )],
    },
    Mutation {
        name: "servers' mistakes fill the log",
        file: "functions.c",
        edits: &[("port_log(DEBUG, ", "port_log(ERROR, ")],
    },
    Mutation {
        name: "the stream's own error is lost",
        file: "functions.c",
        edits: &[("    stream->error = error;\n", "")],
    },
    Mutation {
        name: "all errors of the engine are the same",
        file: "functions.c",
        edits: &[("        code = AVS_EBADMSG;", "")],
    },
    Mutation {
        name: "the only server is the first one",
        file: "core.c",
        edits: &[(
            "*(uint16_t *) single ? ANJAY_SSID_BOOTSTRAP : ssid;",
            "*(uint16_t *) single ? *(uint16_t *) single : ssid;",
        )],
    },
    Mutation {
        name: "provisioning does not say where",
        file: "functions.c",
        edits: &[("count, out_refused);", "count, NULL);")],
    },
    // Shows only where the Rust code is watched too.
    Mutation {
        name: "the engine outlives the client",
        file: "module.c",
        edits: &[("    port->engine = NULL;\n", "")],
    },
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder() -> PathBuf {
    testkit_c::folder("anjay-mock")
}

/// Compiles the port in `sources` and the cases with the mock, and runs them.
fn run(configuration: &Configuration, sources: &Path, name: &str, options: &[&str]) -> Output {
    let mock = root().join("tests/anjay-mock");
    let program = folder().join(name);
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let mut compile = Command::new(compiler);
    compile
        .args(["-std=c99", "-g"])
        .args(options)
        .args(configuration.flags)
        .arg(format!("-DAAC_PORT_CORE={}", u8::from(configuration.core)))
        .arg(format!("-I{}", mock.join("include").display()))
        .arg(format!("-I{}", mock.display()))
        .arg(format!("-I{}", root().join("include").display()))
        .args([
            mock.join("mock.c"),
            mock.join("cases.c"),
            sources.join("functions.c"),
            sources.join("module.c"),
        ]);
    if configuration.core {
        compile.arg(sources.join("core.c"));
    }
    let compiled = compile
        .arg(NEUTRAL.sanitized().path())
        .arg("-o")
        .arg(&program)
        .output();
    let compiled = compiled.expect("a C compiler runs");
    assert!(
        compiled.status.success(),
        "{name} does not compile:\n{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    Command::new(&program).output().expect("the cases run")
}

#[test]
fn the_port_holds_in_every_configuration() {
    for configuration in &CONFIGURATIONS {
        let name = configuration.name;
        let output = run(configuration, &root().join("ports/anjay"), name, &STRICT);
        assert!(
            output.status.success(),
            "{name}: {}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn every_broken_port_is_caught() {
    // The one that has all of it.
    let configuration = CONFIGURATIONS.last().expect("there are some");
    for (number, mutation) in MUTATIONS.iter().enumerate() {
        let copy = folder().join(format!("mutation-{number}"));
        fs::create_dir_all(&copy).expect("cargo's folder for tests is writable");
        for file in ["port.h", "functions.c", "module.c", "core.c"] {
            let text = fs::read_to_string(root().join("ports/anjay").join(file));
            let mut text = text.expect("the port is there");
            if file == mutation.file {
                for (old, new) in mutation.edits {
                    let found = text.matches(old).count();
                    assert_eq!(found, 1, "{}: in {file}: {old}", mutation.name);
                    text = text.replace(old, new);
                }
            }
            fs::write(copy.join(file), text).expect("cargo's folder for tests is writable");
        }
        let options = ["-w", "-fsanitize=address"];
        let output = run(configuration, &copy, &format!("mutated-{number}"), &options);
        let at = String::from_utf8_lossy(&output.stdout);
        let at = at.lines().last().unwrap_or("the start").to_owned();
        assert!(
            !output.status.success(),
            "{}: nobody noticed",
            mutation.name
        );
        println!("{}: caught by {at}", mutation.name);
    }
}
