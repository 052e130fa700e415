//! The port to Wakaama, compiled against a mock of what it uses of Wakaama
//! (`tests/wakaama-mock/`) and run on it; and then ports with one thing broken, each
//! of which must be caught.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};
use testkit_c::archive::NEUTRAL;
use testkit_c::{folder, output, root, text};

const FILES: [&str; 2] = ["object.c", "wrap.c"];

/// The configurations of Wakaama that the port's sources tell apart.
const CONFIGURATIONS: [(&str, &[&str]); 3] = [
    ("plain", &[]),
    ("logs", &["-DMOCK_LOGS"]),
    ("raw_block", &["-DLWM2M_RAW_BLOCK1_REQUESTS"]),
];

const STRICT: [&str; 6] = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Werror",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
];

/// A port that is broken: in which file, what stands there, and what instead.
struct Mutation {
    name: &'static str,
    file: &'static str,
    old: &'static str,
    new: &'static str,
}

const fn wrap(name: &'static str, old: &'static str, new: &'static str) -> Mutation {
    let file = "wrap.c";
    Mutation {
        name,
        file,
        old,
        new,
    }
}

const fn object(name: &'static str, old: &'static str, new: &'static str) -> Mutation {
    let file = "object.c";
    Mutation {
        name,
        file,
        old,
        new,
    }
}

const MUTATIONS: [Mutation; 42] = [
    wrap(
        "reading an Object shows everything",
        "decide(port, ssid, operation, oid, it->id) ? &shown : &hidden",
        "it->id == 65535 ? &hidden : &shown",
    ),
    wrap(
        "what was hidden is out of order afterwards",
        "if (!*link || it->id < (*link)->id) {",
        "if (!*link) {",
    ),
    wrap(
        "Security as a whole is open",
        "is_whole ? AAC_DISCOVER : operation, oid, uri->instanceId)) {",
        "is_whole ? AAC_DISCOVER : operation, oid, uri->instanceId) && !is_whole) {",
    ),
    wrap(
        "Write-Attributes needs no right",
        "has_query ? AAC_WRITE_ATTRIBUTES",
        "has_query ? AAC_DISCOVER",
    ),
    wrap(
        "Execute needs the right to write",
        "executes ? AAC_EXECUTE",
        "executes ? AAC_WRITE",
    ),
    wrap(
        "who created an Instance has no rights on it",
        "uri->objectId, uri->instanceId)) {",
        "uri->objectId, 65535)) {",
    ),
    wrap(
        "an Instance without rights is left behind",
        "        (void) object_delete(context, uri);\n",
        "",
    ),
    wrap(
        "rights stay where the target has gone",
        "if (result == COAP_202_DELETED) {",
        "if (!port) {",
    ),
    wrap(
        "an account with the Bootstrap-Server's number may do everything",
        "ssid != AAC_SSID_BOOTSTRAP\n           && ",
        "",
    ),
    wrap(
        "everybody is notified",
        "watcher->server->shortID, AAC_OBSERVE, &it->uri)",
        "watcher->server->shortID, AAC_DISCOVER, &it->uri)",
    ),
    wrap(
        "who is gone is notified",
        "is_known(context, watcher->server)",
        "watcher->server",
    ),
    wrap(
        "observations are lost",
        "    port->watcher->next = port->after;\n",
        "",
    ),
    wrap(
        "an Object's notification tells everything",
        "                exchange_lists(port);\n                __real",
        "                leave(port, &view, it->uri.objectId);\n                exchange_lists(port);\n                __real",
    ),
    wrap(
        "the end of an observation reads",
        "if (operation == AAC_OBSERVE && message->observe == 1) {",
        "if (!response) {",
    ),
    wrap(
        "a change that is reported while notifying is forgotten",
        "    exchange_lists(port);\n    __real_lwm2m_resource_value_changed(context, uri);\n    exchange_lists(port);\n",
        "    __real_lwm2m_resource_value_changed(context, uri);\n",
    ),
    wrap("Send asks nobody", "AAC_SEND", "AAC_DISCOVER"),
    wrap(
        "Send of an Object tells everything",
        "            result = at < count ?",
        "            for (size_t i = 0; i < at; ++i) {\n                leave(port, &views[i], uris[i].objectId);\n            }\n            result = at < count ?",
    ),
    wrap(
        "what the Bootstrap-Server has not finished counts",
        "operation + AAC_BEFORE, target)",
        "operation, target)",
    ),
    wrap(
        "what the application does is taken back with a bootstrap that failed",
        "AAC_BEGIN_LATER",
        "AAC_BEGIN",
    ),
    wrap(
        "a first command that fails begins a bootstrap",
        "if (!port->has_begun\n            || ",
        "if (",
    ),
    wrap(
        "a bootstrap ends without validation",
        "|| aac_transaction(port->engine, AAC_VALIDATE))) {",
        "|| port->engine == NULL)) {",
    ),
    wrap(
        "anybody ends a bootstrap",
        "\n                  && utils_findBootstrapServer(context, session)",
        "",
    ),
    wrap(
        "a bootstrap that was given up is kept",
        "STATE_BS_FAILED)) {\n            (void) bootstrap_end(port, AAC_ROLLBACK);",
        "STATE_BS_FAILED)) {\n            (void) bootstrap_end(port, AAC_COMMIT);",
    ),
    wrap(
        "a bootstrap that begins with deleting all is given up",
        "(!result && bootstrap_getStatus",
        "(bootstrap_getStatus",
    ),
    wrap(
        "Object 2 can be removed",
        "is_port ? COAP_405_METHOD_NOT_ALLOWED",
        "!context ? COAP_405_METHOD_NOT_ALLOWED",
    ),
    wrap(
        "what is hidden goes back into an Object that has gone",
        "*object = aac_wakaama_object(port->context, oid);",
        "*object = view->object;",
    ),
    wrap(
        "servers get into a bootstrap",
        "    if (!port->is_bootstrapping\n",
        "    if (port->engine\n",
    ),
    object(
        "half a command of the Bootstrap-Server is kept",
        "            port->is_spoiled |= result != 0;\n        } else",
        "        } else",
    ),
    object(
        "half an Instance of the Bootstrap-Server is kept",
        "port->is_spoiled |= aac_edit(port->engine, AAC_EDIT_REMOVE, iid, 0) != 0;",
        "port->is_spoiled = false;",
    ),
    object(
        "servers write what is read-only",
        "if (rid <= RID_TARGET_IID && !port->is_bootstrapping) {",
        "if (rid > RID_OWNER && !port->is_bootstrapping) {",
    ),
    object(
        "an edit that failed is kept",
        "(void) aac_transaction(port->engine, AAC_ROLLBACK);",
        "(void) aac_transaction(port->engine, AAC_COMMIT);",
    ),
    object(
        "a replaced ACL keeps its entries",
        "!is_acl || type == LWM2M_WRITE_PARTIAL_UPDATE",
        "resource",
    ),
    object(
        "an Instance that came late never comes",
        "            port->is_behind = true;\n            break;",
        "            break;",
    ),
    object(
        "Wakaama finds an Instance freed",
        "iid, &port->gone);",
        "iid, &port->gone);\n    lwm2m_free(port->gone);\n    port->gone = NULL;",
    ),
    object(
        "Wakaama finds another ID than that of the Instance deleted",
        "        *list = LWM2M_LIST_RM(*list, iid, &port->gone);\n",
        "        port->gone = NULL;\n        aac_wakaama_refresh(port);\n",
    ),
    object(
        "Object 2 is taken to be in Wakaama's list",
        "if (iid == LWM2M_MAX_ID && aac_wakaama_find(context)) {",
        "if (iid == LWM2M_MAX_ID) {",
    ),
    wrap(
        "a Send that fails keeps its memory",
        "    lwm2m_free(views);\n",
        "",
    ),
    object(
        "a Read that fails keeps its memory",
        "                lwm2m_data_free(count, all);\n",
        "",
    ),
    object(
        "accounts are not looked at",
        "aac_sync_all(port->engine)",
        "aac_sync_step(port->engine, AAC_SSID_BOOTSTRAP, 1234, 65535)",
    ),
    object(
        "what is hidden counts as gone",
        "!port->hiding",
        "port->engine",
    ),
    object(
        "Instances are removed in the middle of a notification",
        "!port->watcher",
        "port->engine",
    ),
    object(
        "several accounts count as one",
        "return servers && !servers->next ?",
        "return servers ?",
    ),
];

/// The functions that the linker leads to the port, as CMake has them.
fn wrapped() -> Vec<String> {
    let cmake = fs::read_to_string(root().join("cmake/WakaamaPort.cmake"));
    let cmake = cmake.expect("the CMake code is there");
    let list = cmake
        .split_once("set(AAC_WAKAAMA_WRAPPED")
        .and_then(|(_, rest)| rest.split_once("CACHE"))
        .expect("the list is there")
        .0;
    list.split_whitespace()
        .map(|name| format!("-Wl,--wrap={name}"))
        .collect()
}

/// Compiles the port in `sources` and the cases with the mock, and runs them.
fn run(flags: &[&str], sources: &Path, name: &str, options: &[&str]) -> Output {
    let mock = root().join("tests/wakaama-mock");
    let program: PathBuf = folder("wakaama-mock").join(name);
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let mut compile = Command::new(compiler);
    compile
        .args(["-std=c99", "-g", "-DLWM2M_BOOTSTRAP"])
        .args(options)
        .args(flags)
        .args(wrapped())
        .arg(format!("-I{}", mock.join("include").display()))
        .arg(format!("-I{}", mock.display()))
        .arg(format!("-I{}", root().join("include").display()))
        .arg(format!("-I{}", root().join("ports/wakaama").display()))
        .args([mock.join("mock.c"), mock.join("cases.c")])
        .args(FILES.map(|file| sources.join(file)))
        .arg(NEUTRAL.sanitized().path());
    testkit_c::compile(&mut compile, &program);
    output(&mut Command::new(&program))
}

#[test]
fn the_port_holds_in_every_configuration() {
    for (name, flags) in CONFIGURATIONS {
        let output = run(flags, &root().join("ports/wakaama"), name, &STRICT);
        assert!(output.status.success(), "{name}: {}", text(&output));
    }
}

#[test]
fn every_broken_port_is_caught() {
    for (number, mutation) in MUTATIONS.iter().enumerate() {
        let copy = folder("wakaama-mock").join(format!("mutation-{number}"));
        fs::create_dir_all(&copy).expect("the target folder is writable");
        for file in ["port.h", "object.c", "wrap.c"] {
            let source = fs::read_to_string(root().join("ports/wakaama").join(file));
            let mut source = source.expect("the port is there");
            if file == mutation.file {
                let found = source.matches(mutation.old).count();
                assert_eq!(found, 1, "{}: in {file}: {}", mutation.name, mutation.old);
                source = source.replace(mutation.old, mutation.new);
            }
            fs::write(copy.join(file), source).expect("the target folder is writable");
        }
        let options = ["-w", "-fsanitize=address"];
        let output = run(&[], &copy, &format!("mutated-{number}"), &options);
        let said = text(&output);
        assert!(
            !output.status.success(),
            "{}: nobody noticed",
            mutation.name
        );
        println!(
            "{}: caught by {}",
            mutation.name,
            said.lines().next().unwrap_or_default()
        );
    }
}

/// Both lists of functions are one.
#[test]
fn what_cmake_wraps_is_what_the_port_has() {
    let source = fs::read_to_string(root().join("ports/wakaama/wrap.c"));
    let source = source.expect("the port is there");
    let mut defined: Vec<String> = source
        .split("\nWRAP(")
        .skip(1)
        .map(|rest| {
            let name = rest.split(',').nth(1).expect("a type and a name");
            format!("-Wl,--wrap={}", name.trim())
        })
        .collect();
    let mut wrapped = wrapped();
    defined.sort();
    wrapped.sort();
    assert!(!defined.is_empty());
    assert_eq!(defined, wrapped);
}

/// cmake/WakaamaPort.cmake in a project with the mock for a stack: the port takes its
/// definitions and private headers, and stands in front of it whatever the order.
#[test]
fn the_cmake_function() {
    let folder = folder("wakaama-mock").join("cmake");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder is writable");
    let project = format!(
        "cmake_minimum_required(VERSION 3.21)\n\
         project(client C)\n\
         add_compile_options(-fsanitize=address)\n\
         add_link_options(-fsanitize=address)\n\
         add_library(anjay_access_control::engine STATIC IMPORTED GLOBAL)\n\
         set_target_properties(anjay_access_control::engine PROPERTIES\n\
             IMPORTED_LOCATION {archive}\n\
             INTERFACE_INCLUDE_DIRECTORIES {root}/include)\n\
         include({root}/cmake/WakaamaPort.cmake)\n\
         add_library(wakaama_static STATIC {mock}/mock.c)\n\
         target_compile_definitions(wakaama_static PUBLIC LWM2M_BOOTSTRAP)\n\
         target_include_directories(wakaama_static PUBLIC {mock} PRIVATE {mock}/include)\n\
         target_include_directories(wakaama_static INTERFACE {mock}/include)\n\
         anjay_access_control_add_wakaama(${{STACK}})\n\
         add_executable(client {mock}/cases.c)\n\
         target_link_libraries(client PRIVATE wakaama_static anjay_access_control::wakaama)\n",
        archive = NEUTRAL.sanitized().path().display(),
        root = root().display(),
        mock = root().join("tests/wakaama-mock").display(),
    );
    fs::write(folder.join("CMakeLists.txt"), project).expect("the target folder is writable");
    let cmake = |arguments: &[&str]| {
        let mut command = Command::new("cmake");
        output(command.current_dir(&folder).args(arguments))
    };
    let refused = cmake(&["-S", ".", "-B", "refused", "-DSTACK=no_such_stack"]);
    assert!(!refused.status.success());
    assert!(
        text(&refused).contains("no such target"),
        "{}",
        text(&refused)
    );
    for arguments in [
        &["-S", ".", "-B", "build", "-DSTACK=wakaama_static"][..],
        &["--build", "build"],
    ] {
        let done = cmake(arguments);
        assert!(done.status.success(), "{}", text(&done));
    }
    let cases = output(&mut Command::new(folder.join("build/client")));
    assert!(cases.status.success(), "{}", text(&cases));
}
