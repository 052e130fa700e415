# Finds a cargo that can build for the target, and chooses a profile. Sets
# AAC_CARGO_COMMAND, the command up to the arguments of `cargo build`, and
# AAC_CARGO_TARGET, the argument of its --target.

include(${CMAKE_CURRENT_LIST_DIR}/RustTarget.cmake)

set(AAC_RUST_TARGET "" CACHE STRING "Rust target triple; empty: the one that the C compiler builds for")
aac_rust_target(_aac_asked _aac_why)
if(AAC_RUST_TARGET)
    if(NOT _aac_asked STREQUAL AAC_RUST_TARGET)
        message(STATUS "AAC_RUST_TARGET is ${AAC_RUST_TARGET}; the C compiler builds for '${_aac_asked}'")
    endif()
elseif(_aac_asked)
    set(AAC_RUST_TARGET ${_aac_asked}) # not cached: the compiler's flags may change
else()
    message(FATAL_ERROR
        "Which Rust target is this, ${CMAKE_SYSTEM_NAME} on '${CMAKE_SYSTEM_PROCESSOR}' with "
        "${CMAKE_C_COMPILER} ${CMAKE_C_FLAGS}? ${_aac_why}\n"
        "Or set AAC_RUST_TARGET; `rustc --print target-list` has the names, docs/targets.md those "
        "that were tried.")
endif()
# Bare metal, or an RTOS: without Rust's std.
set(_aac_hosted ON)
if(AAC_RUST_TARGET MATCHES "-none")
    set(_aac_hosted OFF)
endif()

set(AAC_CARGO "" CACHE FILEPATH "cargo; empty: the first one that can build for the target")
set(_aac_profiles dev release firmware)
if(_aac_hosted)
    set(_aac_profile release)
else()
    set(_aac_profile firmware)
endif()
set(AAC_PROFILE ${_aac_profile} CACHE STRING "Profile in Cargo.toml: dev, release or firmware")
set_property(CACHE AAC_PROFILE PROPERTY STRINGS ${_aac_profiles})
if(NOT AAC_PROFILE IN_LIST _aac_profiles)
    message(FATAL_ERROR
        "AAC_PROFILE is '${AAC_PROFILE}', but may be: dev (without optimisation, with checks), release "
        "(for speed) or firmware (for size).")
endif()

file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../Cargo.toml _aac_msrv REGEX "^rust-version = \"")
string(REGEX REPLACE ".*\"(.*)\"" "\\1" _aac_msrv "${_aac_msrv}")

# The first on the path is the user's choice; /usr/bin has the distribution's,
# which can build the standard library for any target from its own sources.
set(_aac_candidates ${AAC_CARGO})
if(NOT AAC_CARGO)
    find_program(_aac_on_path cargo PATHS $ENV{HOME}/.cargo/bin NO_CACHE)
    if(_aac_on_path)
        list(APPEND _aac_candidates ${_aac_on_path})
    endif()
    list(APPEND _aac_candidates /usr/bin/cargo)
    list(REMOVE_DUPLICATES _aac_candidates)
endif()

# Sets `out` to a description of the target without frame pointers, if rustc has
# one with them, as for Arm on bare metal, where they take 7 % of the code. Only a
# standard library that is built from source fits to it.
function(_aac_without_frame_pointers out rustc cargo)
    set(run ${CMAKE_COMMAND} -E env RUSTC_BOOTSTRAP=1)
    execute_process(
        COMMAND ${run} ${rustc} -Zunstable-options --print target-spec-json
            --target ${AAC_RUST_TARGET}
        OUTPUT_VARIABLE target ERROR_QUIET)
    execute_process(COMMAND ${run} ${cargo} -Z help OUTPUT_VARIABLE options ERROR_QUIET)
    if(target MATCHES "\"frame-pointer\": \"always\"" AND options MATCHES "json-target-spec")
        string(REPLACE "\"frame-pointer\": \"always\"" "\"frame-pointer\": \"may-omit\""
            target "${target}")
        # cargo calls the target, and its folder, by the name of the file.
        set(file ${PROJECT_BINARY_DIR}/targets/${AAC_RUST_TARGET}.json)
        file(CONFIGURE OUTPUT ${file} CONTENT "${target}" @ONLY)
        set(${out} ${file} PARENT_SCOPE)
    endif()
endfunction()

set(AAC_CARGO_COMMAND "")
set(AAC_CARGO_TARGET ${AAC_RUST_TARGET})
set(_aac_build_std "")
set(_aac_refused "")
foreach(_aac_cargo IN LISTS _aac_candidates)
    get_filename_component(_aac_bin ${_aac_cargo} DIRECTORY)
    set(_aac_rustc ${_aac_bin}/rustc)
    if(NOT EXISTS ${_aac_cargo} OR NOT EXISTS ${_aac_rustc})
        string(APPEND _aac_refused "\n  ${_aac_cargo}: not there, or no rustc beside it")
        continue()
    endif()
    execute_process(COMMAND ${_aac_rustc} --version OUTPUT_VARIABLE _aac_rust)
    string(REGEX REPLACE "^rustc ([0-9.]+).*" "\\1" _aac_rust "${_aac_rust}")
    if(_aac_rust VERSION_LESS _aac_msrv)
        string(APPEND _aac_refused
            "\n  ${_aac_cargo}: is ${_aac_rust}, but ${_aac_msrv} is needed")
        continue()
    endif()
    execute_process(COMMAND ${_aac_rustc} --print target-list OUTPUT_VARIABLE _aac_known)
    string(REPLACE "\n" ";" _aac_known "${_aac_known}")
    if(NOT AAC_RUST_TARGET IN_LIST _aac_known)
        string(APPEND _aac_refused "\n  ${_aac_cargo}: knows no target ${AAC_RUST_TARGET}")
        # Its relatives, by the first letters.
        string(SUBSTRING ${AAC_RUST_TARGET} 0 5 _aac_like)
        list(FILTER _aac_known INCLUDE REGEX "^${_aac_like}.*-(none|unknown-none|unknown-linux)")
        if(_aac_known)
            list(JOIN _aac_known ", " _aac_known)
            string(APPEND _aac_refused ", but ${_aac_known}")
        endif()
        continue()
    endif()
    execute_process(COMMAND ${_aac_rustc} --print target-libdir --target ${AAC_RUST_TARGET}
        OUTPUT_VARIABLE _aac_libdir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    file(GLOB _aac_core ${_aac_libdir}/libcore-*.rlib)
    file(GLOB _aac_std ${_aac_libdir}/libstd-*.rlib)
    execute_process(COMMAND ${_aac_rustc} --print sysroot
        OUTPUT_VARIABLE _aac_sysroot OUTPUT_STRIP_TRAILING_WHITESPACE)
    set(AAC_CARGO_COMMAND
        ${CMAKE_COMMAND} -E env RUSTC=${_aac_rustc} ${_aac_cargo} build)
    set(_aac_found ${_aac_cargo})
    if(_aac_core)
        break()
    elseif(EXISTS ${_aac_sysroot}/lib/rustlib/src/rust/library/core)
        # -Z is for nightly; RUSTC_BOOTSTRAP opens it on a stable toolchain.
        set(AAC_CARGO_COMMAND
            ${CMAKE_COMMAND} -E env RUSTC=${_aac_rustc} RUSTC_BOOTSTRAP=1
            ${_aac_cargo} build -Zbuild-std=core,alloc)
        set(_aac_build_std " with its standard library from source")
        if(NOT _aac_hosted)
            _aac_without_frame_pointers(AAC_CARGO_TARGET ${_aac_rustc} ${_aac_cargo})
        endif()
        if(NOT AAC_CARGO_TARGET STREQUAL AAC_RUST_TARGET)
            list(APPEND AAC_CARGO_COMMAND -Zjson-target-spec)
            string(APPEND _aac_build_std ", without frame pointers")
        endif()
        break()
    endif()
    set(AAC_CARGO_COMMAND "")
    string(APPEND _aac_refused
        "\n  ${_aac_cargo}: has no standard library for ${AAC_RUST_TARGET}, nor its sources")
endforeach()
if(NOT AAC_CARGO_COMMAND)
    message(FATAL_ERROR
        "No Rust toolchain ${_aac_msrv} or later can build for ${AAC_RUST_TARGET}:"
        "${_aac_refused}\n"
        "With rustup:       rustup target add ${AAC_RUST_TARGET}\n"
        "Debian's packages: rustc-web cargo-web rust-web-src\n"
        "Another cargo:     -DAAC_CARGO=…")
endif()
# cargo xtask size has a budget for each.
set(_aac_frame_pointers ON)
if(NOT AAC_CARGO_TARGET STREQUAL AAC_RUST_TARGET)
    set(_aac_frame_pointers OFF)
endif()
set(AAC_FRAME_POINTERS ${_aac_frame_pointers} CACHE INTERNAL "Whether the target may have them")

# More steps of LLVM to leave out or to restrain for flash than in .cargo/config.toml,
# in archives that ask for it (FEWER_STEPS); found by trying. The last one passes on
# what a pointer points to, instead of the pointer. An older LLVM stops at an option
# that it does not know: that of Rust 1.85 lacks the last one.
set(AAC_FEWER_STEPS "")
if(NOT _aac_hosted)
    foreach(_aac_step -disable-block-placement -disable-tail-duplicate -tail-merge-size=2
            -switch-to-lookup=false -disable-post-ra -inline-threshold=15
            -jump-threading-threshold=1 -machine-outliner-reruns=2 -opt-disable=argpromotion)
        execute_process(COMMAND ${_aac_rustc} -Cllvm-args=${_aac_step} --print cfg
            RESULT_VARIABLE _aac_unknown OUTPUT_QUIET ERROR_QUIET)
        if(NOT _aac_unknown)
            list(APPEND AAC_FEWER_STEPS -Cllvm-args=${_aac_step})
        endif()
    endforeach()
endif()
message(STATUS "Rust ${_aac_rust} for ${AAC_RUST_TARGET}, profile ${AAC_PROFILE}: ${_aac_found}${_aac_build_std}")
