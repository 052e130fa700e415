set(AAC_CARGO_TARGET_DIR ${PROJECT_BINARY_DIR}/cargo CACHE PATH
    "What cargo compiles; several builds may share it, one after the other")

# aac_add_archive(<name> PACKAGE p LIBRARY l SOURCES dir… INCLUDE dir… [LINKS lib…]
#                 [FEATURES feature…] [FREESTANDING] [COMPAT] [FEWER_STEPS])
#
# Makes the target anjay_access_control::<name> of lib<l>.a, which cargo builds
# from a package of this workspace. FREESTANDING: the archive is to hold the
# package's own object alone, see cmake/OwnMembers.cmake. COMPAT: the package has
# the feature anjay-compat; with FREESTANDING also `refusals`, by default.
# FEWER_STEPS: its code is smaller so on bare metal.
function(aac_add_archive name)
    cmake_parse_arguments(arg "FREESTANDING;COMPAT;FEWER_STEPS" "PACKAGE;LIBRARY" "SOURCES;INCLUDE;LINKS;FEATURES" ${ARGN})
    set(root ${PROJECT_SOURCE_DIR})
    set(folder ${AAC_PROFILE})
    if(AAC_PROFILE STREQUAL "dev")
        set(folder debug)
    endif()
    set(target_dir ${AAC_CARGO_TARGET_DIR})
    set(built ${target_dir}/${AAC_RUST_TARGET}/${folder}/lib${arg_LIBRARY}.a)
    set(archive ${PROJECT_BINARY_DIR}/lib/lib${arg_LIBRARY}.a)

    set(watched ${root}/Cargo.toml ${root}/Cargo.lock)
    foreach(source IN LISTS arg_SOURCES)
        file(GLOB_RECURSE found CONFIGURE_DEPENDS ${root}/${source}/*.rs)
        list(APPEND watched ${found})
        if(EXISTS ${root}/${source}/Cargo.toml)
            list(APPEND watched ${root}/${source}/Cargo.toml)
        endif()
    endforeach()

    set(flags --locked --package ${arg_PACKAGE} --profile ${AAC_PROFILE}
        --target ${AAC_CARGO_TARGET} --target-dir ${target_dir})
    if(arg_FREESTANDING)
        list(APPEND arg_FEATURES freestanding)
    endif()
    foreach(feature IN LISTS arg_FEATURES)
        list(APPEND flags --features ${feature})
    endforeach()
    if(AAC_ANJAY_COMPAT AND arg_COMPAT)
        list(APPEND flags --features anjay-compat)
    endif()
    if(NOT AAC_REFUSALS AND arg_FREESTANDING AND arg_COMPAT)
        list(APPEND flags --no-default-features)
    endif()
    set(command ${AAC_CARGO_COMMAND} ${flags})
    if(arg_FEWER_STEPS AND AAC_FEWER_STEPS)
        list(TRANSFORM command REPLACE "^build$" rustc)
        list(APPEND command -- ${AAC_FEWER_STEPS})
    endif()
    # Only fat LTO leaves nothing to be had from the other members.
    set(copy ${CMAKE_COMMAND} -E copy ${built} ${archive})
    if(arg_FREESTANDING AND NOT AAC_PROFILE STREQUAL "dev")
        # One for the machine that it is built on may not know others'.
        set(objcopy "")
        if(CMAKE_CROSSCOMPILING AND AAC_RUST_TARGET MATCHES "^(thumb|arm)")
            set(objcopy ${CMAKE_OBJCOPY})
        endif()
        set(copy ${CMAKE_COMMAND} -DAR=${CMAKE_AR} -DOBJCOPY=${objcopy} -DFROM=${built}
            -DTO=${archive} -DOWN=${arg_LIBRARY} -P ${root}/cmake/OwnMembers.cmake)
    endif()
    add_custom_command(OUTPUT ${archive}
        COMMAND ${command}
        COMMAND ${copy}
        COMMAND ${CMAKE_COMMAND} -E touch ${archive}
        DEPENDS ${watched}
        WORKING_DIRECTORY ${root}
        COMMENT "cargo build: lib${arg_LIBRARY}.a"
        VERBATIM)
    # Installing needs all of them; other projects build what they link.
    set(all "")
    if(AAC_INSTALL)
        set(all ALL)
    endif()
    add_custom_target(aac_cargo_${name} ${all} DEPENDS ${archive})
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

    list(TRANSFORM arg_INCLUDE PREPEND ${root}/)
    add_library(anjay_access_control::${name} STATIC IMPORTED GLOBAL)
    add_dependencies(anjay_access_control::${name} aac_cargo_${name})
    set_target_properties(anjay_access_control::${name} PROPERTIES
        IMPORTED_LOCATION ${archive}
        INTERFACE_INCLUDE_DIRECTORIES "${arg_INCLUDE}"
        INTERFACE_LINK_LIBRARIES "${arg_LINKS}"
        AAC_LINKS "${arg_LINKS}")
    set_property(GLOBAL APPEND PROPERTY AAC_ARCHIVES ${name})
endfunction()
