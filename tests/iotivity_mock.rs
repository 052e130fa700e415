//! The port to IoTivity-lite, compiled against a mock of its private interface
//! (`tests/iotivity-mock/`) and run on it: several configurations, what IoTivity-lite's
//! own list answered, and then ports with one thing broken, each of which must be caught.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::{env, fs};
use testkit_c::archive::OCF;
use testkit_c::{WARNINGS, output, root, run, text};
use testkit_ocf::table::TABLE;
use testkit_ocf::traces::{self, Device, List, Request, ace, judge, replay};

struct Configuration {
    name: &'static str,
    definitions: &'static [&'static str],
}

/// What changes symbols, fields or paths in the port. The last one has all of it.
const CONFIGURATIONS: [Configuration; 5] = [
    Configuration {
        name: "bare",
        definitions: &[],
    },
    Configuration {
        name: "pki",
        definitions: &["OC_PKI", "OC_WKCORE"],
    },
    Configuration {
        name: "no-pki-json",
        definitions: &["OC_JSON_ENCODER", "PLGD_DEV_TIME"],
    },
    Configuration {
        name: "create",
        definitions: &["OC_PKI", "OC_COLLECTIONS_IF_CREATE"],
    },
    Configuration {
        name: "all",
        definitions: &[
            "OC_PKI",
            "OC_WKCORE",
            "PLGD_DEV_TIME",
            "OC_JSON_ENCODER",
            "OC_COLLECTIONS_IF_CREATE",
            "OC_RESOURCE_ACCESS_IN_RFOTM",
        ],
    },
];

/// Of a server in its smallest and in its largest configuration; compared with IoTivity-lite's
/// own objects where there is one, see tests/iotivity/.
const ALWAYS: [&str; 17] = [
    "oc_sec_acl_add_bootstrap_acl",
    "oc_sec_acl_clear",
    "oc_sec_acl_create_resource",
    "oc_sec_acl_default",
    "oc_sec_acl_find_subject",
    "oc_sec_acl_free",
    "oc_sec_acl_init",
    "oc_sec_acl_is_owned_by",
    "oc_sec_acl_update_res",
    "oc_sec_apply_acl",
    "oc_sec_check_acl",
    "oc_sec_decode_acl",
    "oc_sec_encode_acl",
    "oc_sec_get_ace_by_aceid",
    "oc_sec_get_acl",
    "oc_sec_is_acl_resource_uri",
    "oc_sec_remove_ace",
];
const MORE: [&str; 3] = [
    "oc_resource_set_access_in_RFOTM",
    "oc_sec_acl_add_created_resource_ace",
    "oc_sec_remove_ace_by_aceid",
];

/// A port that is broken: what stands there, and what instead.
struct Mutation {
    name: &'static str,
    edits: &'static [(&'static str, &'static str)],
}

const fn broken(name: &'static str, edits: &'static [(&'static str, &'static str)]) -> Mutation {
    Mutation { name, edits }
}

const MUTATIONS: &[Mutation] = &[
    broken(
        "an owner that others wrote is not seen by decisions",
        &[(
            "adopt_owner(device);\n\n    const oc_tls_peer_t",
            "const oc_tls_peer_t",
        )],
    ),
    broken(
        "an owner that others wrote is lost by a change",
        &[("adopt_owner(device);\n    for (const", "for (const")],
    ),
    broken(
        "tags that others wrote are lost",
        &[("!is_tagged(mirrored, ace.tag, ace.tag_len)", "false")],
    ),
    broken(
        "an href beside a wildcard is not shown",
        &[(
            "set_text(&res->href, resource.href,",
            "set_text(&res->href, resource.wildcard ? NULL : resource.href,",
        )],
    ),
    broken(
        "a wildcard beside an href is not encoded",
        &[(
            "wildcard != 0 ? &wildcard : NULL",
            "wildcard != 0 && !resource.href ? &wildcard : NULL",
        )],
    ),
    broken(
        "the list is stored before it is answered",
        &[(
            "  oc_send_response_with_callback(request, status, true);\n",
            "  oc_sec_dump_acl(request->resource->device);\n  \
             oc_send_response_with_callback(request, status, true);\n",
        )],
    ),
    broken(
        "what was refused is stored",
        &[(
            "  if (code == OCF_ACL_CODE_CHANGED || code == OCF_ACL_CODE_DELETED) {",
            "  {",
        )],
    ),
    broken(
        "a change is not stored",
        &[(
            "code == OCF_ACL_CODE_CHANGED || code == OCF_ACL_CODE_DELETED",
            "false",
        )],
    ),
    broken(
        "only the first credential gives a role",
        &[(
            "next = next != NULL ? (oc_sec_cred_t *)",
            "next = false ? (oc_sec_cred_t *)",
        )],
    ),
    broken(
        "roles beyond the first are forgotten",
        &[("while (cred != NULL) {\n", "if (cred != NULL) {\n")],
    ),
    broken(
        "an expired role certificate counts",
        &[(">= 0 && flags == 0;", ">= 0;")],
    ),
    broken(
        "a bad role certificate counts",
        &[(
            "oc_certs_validate_role_cert(cred->ctx, &flags) >= 0 &&",
            "oc_certs_validate_role_cert(cred->ctx, &flags) >= -1 &&",
        )],
    ),
    broken(
        "a credential's role is as good as a certificate's",
        &[("role.certified = !is_psk;", "role.certified = 1;")],
    ),
    broken(
        "the authority of a role is not told",
        &[
            (
                "role.authority = has_authority ?",
                "role.authority = false ?",
            ),
            (
                "role.authority_len = has_authority ?",
                "role.authority_len = false ?",
            ),
        ],
    ),
    broken(
        "a certificate without a UUID is one",
        &[("memcmp(endpoint->di.id, any, sizeof(any)) != 0", "true")],
    ),
    broken(
        "the user of a random PIN is a UUID",
        &[(
            "memcmp(endpoint->di.id, \"oic.sec.doxm.rdp\", sizeof(any)) != 0",
            "true",
        )],
    ),
    broken(
        "an unsecured peer has a UUID",
        &[(
            "return (endpoint->flags & SECURED) != 0 && !oc",
            "return !oc",
        )],
    ),
    broken(
        "anybody's session is the peer's",
        &[("oc_tls_get_peer(endpoint);", "oc_tls_get_peer(NULL);")],
    ),
    broken(
        "no session is that of onboarding",
        &[("peer != NULL && peer->doc ?", "false ?")],
    ),
    broken(
        "nobody counts the peers",
        &[("(uint32_t) oc_tls_num_peers(endpoint->device)", "0")],
    ),
    broken(
        "one owner for another's",
        &[(
            "oc_sec_get_creds(endpoint->device)->rowneruuid",
            "oc_sec_get_pstat(endpoint->device)->rowneruuid",
        )],
    ),
    broken(
        "kinds by another device",
        &[(
            "oc_core_is_DCR(resource, resource->device)",
            "oc_core_is_DCR(resource, 0)",
        )],
    ),
    broken(
        "security resources are no more than the others",
        &[("return OCF_ACL_KIND_SVR;", "return OCF_ACL_KIND_OTHER;")],
    ),
    broken(
        "all resources are public",
        &[("(resource->properties & OC_SECURE) == 0", "true")],
    ),
    broken(
        "all resources are discoverable",
        &[("(resource->properties & OC_DISCOVERABLE) != 0", "true")],
    ),
    broken(
        "access in RFOTM without the property",
        &[(
            "if ((resource->properties & OC_ACCESS_IN_RFOTM) != 0) {",
            "{",
        )],
    ),
    broken(
        "a device that is not there is the first one",
        &[(
            "return device < g_acl_count ? &g_acl[device] : NULL;",
            "return &g_acl[device < g_acl_count ? device : 0];",
        )],
    ),
    broken(
        "what was stored takes the place of presets",
        &[(
            "from_storage ? OCF_ACL_APPLY_ADD",
            "from_storage ? OCF_ACL_APPLY_LOAD",
        )],
    ),
    broken(
        "what was stored is judged like a client's",
        &[("how == OCF_ACL_APPLY_ADD ? on_skipped : NULL", "NULL")],
    ),
    broken(
        "a client is judged like what was stored",
        &[("how == OCF_ACL_APPLY_ADD ? on_skipped : NULL", "on_skipped")],
    ),
    broken(
        "what was replaced is not told",
        &[("show(device, &former);", "show(device, NULL);")],
    ),
    broken(
        "the mirror is made anew each time",
        &[("is_replaced || !is_left", "true || !is_left")],
    ),
    broken(
        "what was changed is not mirrored",
        &[("(ace->permission | REPLACED)", "(ace->permission)")],
    ),
    broken(
        "the mirror gives up when memory was short",
        &[("device->generation = generation - 1;", "")],
    ),
    broken(
        "clearing takes the owner too",
        &[(
            "ocf_acl_remove_if(it->list, NULL, NULL);",
            "ocf_acl_reset(it->list);",
        )],
    ),
    broken(
        "what is removed stays in force",
        &[("ocf_acl_remove(device->list, (uint32_t) ace->aceid);", "")],
    ),
    broken(
        "a filter is not asked",
        &[("if (filter(ace, user_data)) {", "if (true) {")],
    ),
    broken(
        "RESET keeps the owner",
        &[
            (
                "ocf_acl_reset(it->list);",
                "ocf_acl_remove_if(it->list, NULL, NULL);",
            ),
            (
                "memset(&it->mirror.rowneruuid, 0, sizeof(it->mirror.rowneruuid));",
                "",
            ),
        ],
    ),
    broken(
        "RESET is not stored",
        &[(
            "oc_sec_dump_acl(device);\n}\n\nvoid oc_sec_acl_clear",
            "}\n\nvoid oc_sec_acl_clear",
        )],
    ),
    broken(
        "JSON is read as CBOR",
        &[("request->content_format != APPLICATION_JSON\n", "true\n")],
    ),
    broken(
        "a part of a batch is read as the whole",
        &[("return false; /* a part of a batch */", "")],
    ),
    broken(
        "unknown fields are passed over",
        &[(
            "code = feed_text(update, &field->name);\n",
            "if (oc_string_len(field->name) == 8) continue;\n    code = feed_text(update, &field->name);\n",
        )],
    ),
    broken(
        "DELETE takes all",
        &[(
            "request->query,\n                              request->query_len",
            "NULL, 0",
        )],
    ),
    broken("GET shows tags", &[("    if (to_storage) {\n", "    {\n")]),
    broken(
        "what is created by nobody is everybody's",
        &[("client != NULL && is_identity(client)", "client != NULL")],
    ),
    broken(
        "an ACE that was there is told as new",
        &[(
            "data->created = outcome.what == OCF_ACL_ADDED;",
            "data->created = true;",
        )],
    ),
];

fn sources() -> PathBuf {
    root().join("tests/iotivity-mock")
}

fn folder() -> PathBuf {
    testkit_c::folder("iotivity-mock")
}

fn port() -> String {
    let path = root().join("ports/iotivity-lite/acl.c");
    fs::read_to_string(path).expect("the port is there")
}

/// IoTivity-lite's headers, all of which are the mock's one.
fn headers(folder: &Path) -> PathBuf {
    let include = folder.join("include");
    for line in port().lines() {
        // Within an #if they are set off.
        let directive: String = line.split_whitespace().collect();
        let Some(name) = directive.strip_prefix("#include\"") else {
            continue;
        };
        let header = include.join(name.trim_end_matches('"'));
        let parent = header.parent().expect("it is in the folder");
        fs::create_dir_all(parent).expect("cargo's folder for tests is writable");
        fs::write(header, "#include \"iotivity.h\"\n").expect("cargo's folder is writable");
    }
    include
}

fn compiler(configuration: &Configuration, folder: &Path) -> Command {
    let mut command = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()));
    command
        .args(["-std=c99", "-g", "-fsanitize=address,undefined"])
        .args(["-fno-sanitize-recover=all", "-DOC_SECURITY", "-DOC_SERVER"])
        .arg("-DOC_DYNAMIC_ALLOCATION")
        .args(
            configuration
                .definitions
                .iter()
                .map(|name| format!("-D{name}")),
        )
        .arg(format!("-I{}", headers(folder).display()))
        .arg(format!("-I{}", sources().display()))
        .arg(format!("-I{}", root().join("include").display()));
    command
}

fn object(configuration: &Configuration, folder: &Path, source: &Path, name: &str) -> PathBuf {
    let object = folder.join(name);
    run(compiler(configuration, folder)
        .args(WARNINGS)
        .arg("-c")
        .arg(source)
        .arg("-o")
        .arg(&object));
    object
}

const WRAPPED: &str = "-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc";

/// Links objects with the list and runs the program.
fn run_cases(
    configuration: &Configuration,
    folder: &Path,
    objects: &[&Path],
    name: &str,
) -> Output {
    let program = folder.join(name);
    run(compiler(configuration, folder)
        .args(objects)
        .arg(OCF.sanitized().path())
        .arg(WRAPPED)
        .arg("-o")
        .arg(&program));
    output(&mut Command::new(program))
}

fn folder_of(configuration: &Configuration) -> PathBuf {
    let folder = folder().join(configuration.name);
    fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
    folder
}

#[test]
fn the_port_holds_in_every_configuration() {
    for configuration in &CONFIGURATIONS {
        let folder = folder_of(configuration);
        let make = |source: &Path, name| object(configuration, &folder, source, name);
        let port = make(&root().join("ports/iotivity-lite/acl.c"), "port.o");
        let mock = make(&sources().join("mock.c"), "mock.o");
        let cases = make(&sources().join("cases.c"), "cases.o");
        let output = run_cases(configuration, &folder, &[&port, &mock, &cases], "cases");
        assert!(
            output.status.success(),
            "{}: {}",
            configuration.name,
            text(&output)
        );

        let symbols = run(Command::new("nm")
            .args(["--defined-only", "--extern-only"])
            .arg(&port));
        let mut defined: Vec<&str> = symbols
            .lines()
            .filter_map(|line| line.rsplit(' ').next())
            .filter(|symbol| symbol.starts_with("oc_"))
            .collect();
        defined.sort_unstable();
        let has = |name: &str| configuration.definitions.contains(&name);
        let mut wanted = ALWAYS.to_vec();
        wanted.push(MORE[2]);
        if has("OC_RESOURCE_ACCESS_IN_RFOTM") {
            wanted.push(MORE[0]);
        }
        if has("OC_COLLECTIONS_IF_CREATE") {
            wanted.push(MORE[1]);
        }
        wanted.sort_unstable();
        assert_eq!(defined, wanted, "{}", configuration.name);
    }
}

#[test]
fn every_broken_port_is_caught() {
    let configuration = CONFIGURATIONS.last().expect("there are some");
    let folder = folder().join("broken");
    fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
    let mock = object(configuration, &folder, &sources().join("mock.c"), "mock.o");
    let cases = object(
        configuration,
        &folder,
        &sources().join("cases.c"),
        "cases.o",
    );
    let port = port();
    let mut survivors = Vec::new();
    for (number, mutation) in MUTATIONS.iter().enumerate() {
        let mut text = port.clone();
        for (old, new) in mutation.edits {
            let found = text.matches(old).count();
            assert_eq!(found, 1, "{}: {old}", mutation.name);
            text = text.replace(old, new);
        }
        let source = folder.join(format!("{number}.c"));
        fs::write(&source, text).expect("cargo's folder for tests is writable");
        let broken = folder.join(format!("{number}.o"));
        run(compiler(configuration, &folder)
            .args(["-w", "-c"])
            .arg(&source)
            .arg("-o")
            .arg(&broken));
        let name = format!("broken-{number}");
        let output = run_cases(configuration, &folder, &[&broken, &mock, &cases], &name);
        if output.status.success() {
            survivors.push(mutation.name);
            continue;
        }
        let at = String::from_utf8_lossy(&output.stdout);
        println!(
            "{}: {}",
            mutation.name,
            at.lines().last().unwrap_or("the start")
        );
    }
    assert!(survivors.is_empty(), "nobody noticed: {survivors:#?}");
}

/// The table of differences in docs/iotivity.md: each row has a test, each test a row.
#[test]
fn the_documented_differences() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("it is there");
    let document = read("docs/iotivity.md");
    let mut rows: Vec<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| O"))
        .filter_map(|line| line.split(' ').next())
        .collect();
    rows.sort_by_key(|row| row.parse::<u32>().expect("O and a number"));
    let cases = read("tests/iotivity-mock/cases.c");
    let mut tested: Vec<&str> = TABLE
        .iter()
        .map(|why| why.id.trim_start_matches('O'))
        .collect();
    for row in &rows {
        if cases.contains(&format!("O{row}:")) {
            tested.push(row);
        }
    }
    tested.sort_by_key(|row| row.parse::<u32>().expect("O and a number"));
    assert_eq!(rows, tested);
    for count in [
        format!("{} broken ports", MUTATIONS.len()),
        format!("O1 to O{}", TABLE.len()),
    ] {
        assert!(document.contains(&count), "{count}");
    }
}

/// What stands for the two files of IoTivity-lite.
const STACK_LIST: &str = "#include \"iotivity.h\"\n\
         oc_sec_acl_t *oc_sec_get_acl(size_t device) { return device ? NULL : NULL; }\n\
         bool oc_sec_encode_acl(size_t device, oc_interface_mask_t mask, bool to_storage)\n\
         { return device && mask && to_storage; }\n\
         bool oc_sec_decode_acl(const oc_rep_t *rep, bool stored, size_t device,\n\
         oc_sec_on_apply_acl_cb_t tell, void *data)\n\
         { return rep && stored && device && tell && data; }\n";
const STACK_DECISION: &str = "#include \"iotivity.h\"\n\
         bool oc_sec_check_acl(oc_method_t method, const oc_resource_t *to,\n\
         const oc_endpoint_t *from) { return method && to && from; }\n";

/// What cmake/CheckIotivityLink.cmake says of a program that is linked from these.
fn link_check(folder: &Path, name: &str, parts: &[&Path]) -> Output {
    let map = folder.join(format!("{name}.map"));
    run(Command::new("cc")
        .args(["-fsanitize=address,undefined"])
        .args(parts)
        .arg(format!("-Wl,-Map={}", map.display()))
        .arg("-o")
        .arg(folder.join(name)));
    output(
        Command::new("cmake")
            .arg(format!("-DMAP={}", map.display()))
            .arg("-P")
            .arg(root().join("cmake/CheckIotivityLink.cmake")),
    )
}

/// A stack's archive that merely comes first is linked in silence, the port passed by: the check
/// of the link map is what tells.
#[test]
fn the_check_of_the_link_map() {
    let configuration = &CONFIGURATIONS[0];
    let folder = folder().join("link");
    fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).expect("cargo's folder for tests is writable");
        folder.join(name)
    };
    let make = |source: &Path, name| object(configuration, &folder, source, name);
    let port = make(&root().join("ports/iotivity-lite/acl.c"), "port.o");
    let mock = make(&sources().join("mock.c"), "mock.o");
    let archive = |name: &str, members: &[&Path]| {
        let archive = folder.join(name);
        let _ = fs::remove_file(&archive);
        run(Command::new("ar").arg("rcs").arg(&archive).args(members));
        archive
    };

    let list = write("oc_acl.c", STACK_LIST);
    let decision = write("oc_acl_util.c", STACK_DECISION);
    let caller = write(
        "oc_ri.c",
        "#include \"iotivity.h\"\n\
         bool ask(void);\n\
         bool ask(void) { oc_resource_t to; oc_endpoint_t from;\n\
         memset(&to, 0, sizeof(to)); memset(&from, 0, sizeof(from));\n\
         return oc_sec_check_acl(OC_GET, &to, &from) || oc_sec_get_acl(0); }\n",
    );
    let main = write(
        "main.c",
        "int ask(void);\nint main(void) { return ask(); }\n",
    );
    let main = make(&main, "main.o");
    let stack = archive(
        "libstack.a",
        &[
            &make(&caller, "oc_ri.c.o"),
            &make(&list, "oc_acl.c.o"),
            &make(&decision, "oc_acl_util.c.o"),
        ],
    );
    let wrapped = archive("libwrapped.a", &[&port]);
    let ours = OCF.sanitized().path();

    let good = link_check(&folder, "good", &[&main, &port, &stack, &mock, ours]);
    assert!(good.status.success(), "{}", text(&good));
    let passed_by = link_check(
        &folder,
        "passed-by",
        &[&main, &stack, &wrapped, &mock, ours],
    );
    assert!(!passed_by.status.success());
    assert!(
        text(&passed_by).contains("own access-control list is in"),
        "{}",
        text(&passed_by)
    );
    let absent = write("plain.c", "int main(void) { return 0; }\n");
    let absent = link_check(&folder, "absent", &[&make(&absent, "plain.o")]);
    assert!(
        text(&absent).contains("is not in the program"),
        "{}",
        text(&absent)
    );
    assert!(!absent.status.success());
}

/// cmake/IotivityPort.cmake in a project with a stack of its own, here the mock: the port takes
/// the stack's definitions, comes before it in any order, and is refused where it cannot work.
#[test]
fn the_cmake_target() {
    let folder = folder().join("cmake");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
    let include = headers(&folder);
    let project = format!(
        "cmake_minimum_required(VERSION 3.21)\n\
         project(device C)\n\
         add_compile_options(-fsanitize=address)\n\
         add_link_options(-fsanitize=address)\n\
         add_library(anjay_access_control::ocf STATIC IMPORTED GLOBAL)\n\
         set_target_properties(anjay_access_control::ocf PROPERTIES\n\
             IMPORTED_LOCATION {archive}\n\
             INTERFACE_INCLUDE_DIRECTORIES {root}/include)\n\
         include({root}/cmake/Unavailable.cmake)\n\
         include({root}/cmake/IotivityPort.cmake)\n\
         add_library(server-static STATIC {mock}/mock.c oc_acl.c oc_acl_util.c)\n\
         target_compile_definitions(server-static PUBLIC OC_SECURITY OC_SERVER OC_PKI\n\
             OC_DYNAMIC_ALLOCATION OC_RESOURCE_ACCESS_IN_RFOTM)\n\
         target_include_directories(server-static PUBLIC {include} {mock})\n\
         add_executable(device {mock}/replay.c)\n\
         target_link_libraries(device PRIVATE server-static anjay_access_control::iotivity_lite)\n\
         anjay_access_control_check_iotivity_link(device)\n",
        archive = OCF.sanitized().path().display(),
        root = root().display(),
        mock = sources().display(),
        include = include.display(),
    );
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).expect("cargo's folder for tests is writable");
    };
    write("CMakeLists.txt", &project);
    write("oc_acl.c", STACK_LIST);
    write("oc_acl_util.c", STACK_DECISION);
    let cmake = |arguments: &[&str]| {
        let mut command = Command::new("cmake");
        output(command.current_dir(&folder).args(arguments))
    };
    let configured = cmake(&["-S", ".", "-B", "build"]);
    assert!(configured.status.success(), "{}", text(&configured));
    let built = cmake(&["--build", "build", "--target", "device"]);
    assert!(built.status.success(), "{}", text(&built));
    let mut device = Process::start(&folder.join("build/device"), &[]);
    device.begin();
    assert_eq!(device.post(2, b"\xa1\x67aclist2\x80"), 68);

    let nowhere = cmake(&[
        "-S",
        ".",
        "-B",
        "none",
        "-DIOTIVITY_LITE_SOURCE_DIR=/nowhere",
    ]);
    assert!(!nowhere.status.success());
    assert!(
        text(&nowhere).contains("is not the source tree"),
        "{}",
        text(&nowhere)
    );
}

/// The port and its mock, in a process of their own.
struct Process {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Process {
    fn start(program: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let to = child.stdin.take().expect("a pipe");
        let from = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, to, from }
    }

    fn ask(&mut self, line: &str) -> String {
        writeln!(self.to, "{line}").expect("the port lives");
        let mut answer = String::new();
        self.from.read_line(&mut answer).expect("the port answers");
        assert!(answer.ends_with('\n'), "no answer to {line}");
        answer.trim_end().to_owned()
    }

    fn code(&mut self, line: &str) -> u8 {
        // oc_status_t
        match self.ask(line).as_str() {
            "2" => 68,
            "3" => 66,
            "4" => 128,
            "5" => 131,
            "6" => 132,
            other => panic!("status {other} to {line}"),
        }
    }

    fn shown(&mut self, line: &str) -> List {
        let answer = self.ask(line);
        let mut fields = answer.split('|');
        let owner = fields.next().filter(|owner| *owner != "-");
        let mut aces: Vec<String> = fields
            .map(|field| {
                let mut parts = field.split(',');
                let mut part = || parts.next().expect("five parts and paths");
                let (id, subject, permission, tag) = (part(), part(), part(), part());
                let id = id.parse().expect("an aceid");
                let permission = permission.parse().expect("permissions");
                ace(
                    id,
                    subject,
                    permission,
                    tag,
                    parts.map(str::to_owned).collect(),
                )
            })
            .collect();
        aces.sort_unstable();
        List {
            owner: owner.map(str::to_owned),
            aces,
        }
    }
}

impl Device for Process {
    fn begin(&mut self) {
        self.ask("B ");
    }

    fn set_owner(&mut self, uuid: &str) {
        self.ask(&format!("O {uuid}"));
    }

    fn post(&mut self, state: u8, payload: &[u8]) -> u8 {
        let hex: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
        self.code(&format!("P {state} {hex}"))
    }

    fn delete(&mut self, state: u8, query: Option<&str>) -> u8 {
        self.code(&format!("D {state} {}", query.unwrap_or("-")))
    }

    fn allows(&mut self, request: &Request<'_>) -> bool {
        let flag = |set, letter| if set { letter } else { '-' };
        let uuid = |uuid: Option<&str>| uuid.unwrap_or("-").to_owned();
        let mut line = format!(
            "C {} {} {} {} {}{}{}{} {} {} {} {} {} {}",
            request.state,
            request.method,
            request.path,
            request.kind,
            flag(request.secured, 's'),
            flag(request.onboarding, 'o'),
            flag(request.discoverable, 'd'),
            flag(request.no_secure_endpoint, 'n'),
            request.rfotm_access,
            request.secure_peers,
            uuid(request.peer),
            uuid(request.doxm_owner),
            uuid(request.pstat_owner),
            uuid(request.cred_owner)
        );
        for role in &request.roles {
            let kind = if role.certified { 'c' } else { 'p' };
            let authority = role.authority.unwrap_or_default();
            line += &format!(" {kind} {} {authority}", role.role);
        }
        self.ask(&line) == "1"
    }

    fn list(&mut self) -> List {
        self.shown("L ")
    }

    fn read(&mut self) -> List {
        self.shown("G ")
    }
}

/// A UUID with a request over no secured connection, which IoTivity-lite never has: the port does
/// not take it for proven.
fn is_unproven(difference: &str) -> bool {
    let (_, line) = difference.split_once(": C ").unwrap_or_default();
    let fields: Vec<&str> = line.split(' ').collect();
    fields.len() > 8
        && fields[4].starts_with('-')
        && fields[7] != "-"
        && difference.contains("is deny, recorded was allow")
}

/// What IoTivity-lite's own list answered: with bodies as they came, and decoded by the stack.
#[test]
fn the_recorded_answers() {
    let configuration = CONFIGURATIONS.last().expect("there are some");
    let folder = folder().join("replay");
    fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
    let make = |source: &Path, name| object(configuration, &folder, source, name);
    let program = folder.join("replay");
    run(compiler(configuration, &folder)
        .arg(make(&root().join("ports/iotivity-lite/acl.c"), "port.o"))
        .arg(make(&sources().join("mock.c"), "mock.o"))
        .arg(make(&sources().join("replay.c"), "replay.o"))
        .arg(OCF.sanitized().path())
        .arg("-o")
        .arg(&program));
    let traces = traces::traces(&root());
    for arguments in [&[][..], &["decoded"]] {
        let mut process = Process::start(&program, arguments);
        let mut outcome = replay(&mut process, &traces, TABLE);
        outcome
            .unexplained
            .retain(|difference| !is_unproven(difference));
        if arguments.is_empty() {
            judge(&outcome, TABLE);
        } else {
            // IoTivity-lite decodes null like an empty array.
            outcome
                .unexplained
                .retain(|difference| !difference.contains("[resources-null]"));
            assert!(outcome.unexplained.is_empty(), "{:#?}", outcome.unexplained);
        }
        assert!(outcome.decisions > 9_700, "{}", outcome.decisions);
        drop(process.to);
        let status = process.child.wait().expect("it ends");
        assert!(status.success(), "the sanitizers found something");
    }
}
