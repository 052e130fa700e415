//! The Zephyr module and the ESP-IDF component, with stand-ins for both SDKs'
//! functions and for Anjay, whose sources are part of a library of the SDK there.
#![allow(missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit_c::{output, root, text};

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it is ours");
    fs::write(path, text).expect("it is ours");
}

/// A tree in the form of Anjay's, of which the replaced files do not compile. What is
/// declared where is what cmake/AnjayPort.cmake asks the headers for.
fn anjay(folder: &Path) {
    let deps = folder.join("deps/anjay");
    let copy = |from: &str, to: &str| {
        let text = fs::read_to_string(root().join(from)).expect("it is there");
        write(&deps.join(to), &text);
    };
    for file in ["mock.c", "check.h"] {
        copy(
            &format!("tests/anjay-mock/{file}"),
            &format!("src/core/{file}"),
        );
    }
    let include = root().join("tests/anjay-mock/include");
    let status = Command::new("cp")
        .arg("-r")
        .arg(include)
        .arg(deps.join("include_public"))
        .status();
    assert!(status.expect("cp runs").success());
    write(
        &deps.join("include_public/anjay/anjay_config.h"),
        "#define ANJAY_WITH_ACCESS_CONTROL\n",
    );
    let headers = [
        (
            "anjay_modules/dm/anjay_modules.h",
            "_anjay_dm_module_install(anjay_unlocked_t *anjay, anjay_dm_module_deleter_t *",
        ),
        (
            "anjay_modules/anjay_dm_utils.h",
            "_anjay_dm_find_object_by_oid(const anjay_dm_t *",
        ),
        (
            "anjay_modules/anjay_notify.h",
            "_anjay_notify_queue_instance_set_unknown_change(anjay_notify_queue_t *out_queue, \
             const anjay_uri_path_t *",
        ),
        (
            "core/anjay_access_utils_private.h",
            "_anjay_instance_action_allowed_stateless(anjay_unlocked_t *anjay, \
             const anjay_action_info_t * bool end_device;",
        ),
    ];
    for (name, declared) in headers {
        let text = format!("/* {declared} */\n#include <mock.h>\n");
        write(&deps.join("src").join(name), &text);
    }
    for replaced in [
        "core/anjay_access_utils.c",
        "modules/access_control/anjay_mod_access_control.c",
        "modules/access_control/anjay_access_control_handlers.c",
    ] {
        let error = format!("#error {replaced} is compiled\n");
        write(&deps.join("src").join(replaced), &error);
    }
}

/// A project of which the SDK's part stands in `sdk`, configured.
fn configure(name: &str, lists: &str, defines: &[&str]) -> (String, bool) {
    let project = testkit_c::folder("packages").join(name);
    let _ = fs::remove_dir_all(&project);
    let lists = format!(
        "cmake_minimum_required(VERSION 3.21)\nproject(app LANGUAGES C)\n\
         set(AAC {})\n{lists}",
        root().display()
    );
    write(&project.join("CMakeLists.txt"), &lists);
    anjay(&project.join("anjay"));
    write(
        &project.join("anjay/CMakeLists.txt"),
        "include(../package.cmake)\n",
    );
    fs::copy(
        root().join(format!("tests/packages/{}.package", name_of_sdk(name))),
        project.join("package.cmake"),
    )
    .expect("it is there");
    let shared = testkit_c::archive::target_folder();
    let folder = project.join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&project).arg("-B").arg(&folder);
    configure.arg(format!("-DAAC_CARGO_TARGET_DIR={}", shared.display()));
    configure.args(defines.iter().map(|define| format!("-D{define}")));
    let configured = output(&mut configure);
    (text(&configured), configured.status.success())
}

/// The same, and built.
fn build(name: &str, lists: &str, defines: &[&str]) -> (String, bool) {
    let (configured, is_configured) = configure(name, lists, defines);
    if !is_configured {
        return (configured, false);
    }
    let folder = testkit_c::folder("packages").join(name).join("build");
    let _lock = testkit_c::archive::lock();
    let built = output(
        Command::new("cmake")
            .arg("--build")
            .arg(&folder)
            .args(["--", "-k"]),
    );
    let said = configured + &text(&built);
    if built.status.success() {
        let ran = output(&mut Command::new(app(name)));
        assert!(ran.status.success(), "{}", text(&ran));
    }
    (said, built.status.success())
}

fn app(name: &str) -> PathBuf {
    testkit_c::folder("packages").join(name).join("build/app")
}

fn name_of_sdk(name: &str) -> &str {
    if name.starts_with("zephyr") {
        "zephyr"
    } else {
        "esp-idf"
    }
}

const ZEPHYR: &str = "
include(${AAC}/tests/packages/zephyr.cmake)
set(CONFIG_ANJAY 1)
add_subdirectory(FIRST first)
add_subdirectory(SECOND second)
add_executable(app ${AAC}/tests/by-hand/main.c)
zephyr_link(app)
";

fn zephyr(first: &str, second: &str) -> String {
    ZEPHYR.replace("FIRST", first).replace("SECOND", second)
}

const OURS: &str = "${AAC}/packaging/zephyr";

#[test]
fn zephyr_module() {
    let on = "CONFIG_ANJAY_ACCESS_CONTROL=1";
    for (name, first, second) in [
        ("zephyr-behind", "anjay", OURS),
        ("zephyr-before", OURS, "anjay"),
    ] {
        let (said, built) = build(name, &zephyr(first, second), &[on]);
        assert!(built, "{said}");
        assert!(
            said.contains("3 of its sources make room for this library's core"),
            "{said}"
        );
    }
}

/// Zephyr has the processor's flags in a target, where CMake shows them to no compiler
/// that is asked: the module does. This one is for a Cortex-M4F if it is told so.
#[test]
fn zephyr_module_asks_with_the_flags_of_the_board() {
    let compiler = testkit_c::folder("packages").join("gcc-for-a-board");
    let script = "#!/bin/sh\ncase \"$*\" in *-mcpu=cortex-m4*-dM*)\n\
                  for it in __arm__ __ARM_ARCH_7EM__ __ARM_PCS_VFP; do echo \"#define $it 1\"; done\n\
                  echo '#define __ARM_ARCH 7'; exit ;;\nesac\nexec gcc \"$@\"\n";
    write(&compiler, script);
    testkit_c::run(Command::new("chmod").arg("+x").arg(&compiler));
    let compiler = format!("CMAKE_C_COMPILER={}", compiler.display());
    let lists = zephyr("anjay", OURS);
    let target = "thumbv7em-none-eabihf";
    for (name, board, is_told) in [
        ("zephyr-board", "BOARD_FLAGS=-mcpu=cortex-m4", true),
        ("zephyr-here", "BOARD_FLAGS=-mtune=generic", false),
    ] {
        let defines = ["CONFIG_ANJAY_ACCESS_CONTROL=1", compiler.as_str(), board];
        // Whether there is a Rust toolchain for it is another matter.
        let (said, _) = configure(name, &lists, &defines);
        assert_eq!(said.contains(target), is_told, "{said}");
    }
}

/// What is not replaced is still there: the stand-in for Anjay does not compile then.
#[test]
fn zephyr_module_off_or_in_part() {
    let lists = zephyr("anjay", OURS);
    let (said, built) = build("zephyr-off", &lists, &[]);
    assert!(
        !built && said.contains("anjay_mod_access_control.c is compiled"),
        "{said}"
    );
    let part = [
        "CONFIG_ANJAY_ACCESS_CONTROL=1",
        "CONFIG_ANJAY_ACCESS_CONTROL_MODULE=1",
    ];
    let (said, built) = build("zephyr-part", &lists, &part);
    assert!(
        !built && said.contains("anjay_access_utils.c is compiled"),
        "{said}"
    );
    assert!(
        !said.contains("anjay_mod_access_control.c is compiled"),
        "{said}"
    );
    assert!(
        said.contains("2 of its sources make room for this library's module"),
        "{said}"
    );
}

#[test]
fn zephyr_module_without_anjay() {
    let lists = zephyr(OURS, "other").replace("other", "${AAC}/tests/packages/other");
    let (said, built) = build("zephyr-alone", &lists, &["CONFIG_ANJAY_ACCESS_CONTROL=1"]);
    assert!(
        !built && said.contains("Anjay is not among the sources"),
        "{said}"
    );
}

#[test]
fn esp_idf_component() {
    let lists = "
include(${AAC}/tests/packages/esp-idf.cmake)
add_subdirectory(${AAC}/packaging/esp-idf/anjay_access_control component)
add_subdirectory(anjay)
add_executable(app ${AAC}/tests/by-hand/main.c)
target_link_libraries(app PRIVATE idf::anjay idf::anjay_access_control)
";
    let on = ["CONFIG_ANJAY_ACCESS_CONTROL=1"];
    let (said, built) = build("esp-idf", lists, &on);
    assert!(built, "{said}");
    assert!(
        said.contains("3 of its sources make room for this library's core"),
        "{said}"
    );
    let (said, built) = build("esp-idf-off", lists, &[]);
    assert!(
        !built && said.contains("anjay_mod_access_control.c is compiled"),
        "{said}"
    );
}
