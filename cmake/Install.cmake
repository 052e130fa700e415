# What `cmake --install` puts where. IMPORTED targets cannot be exported, so the
# package's config file makes them again. Headers go to folders of their own:
# they have the names of Anjay's.
#
# What depends on the target is a file targets/<Rust target>.cmake and, with
# AAC_INSTALL_BY_TARGET, a folder lib/<Rust target>: so that one prefix can have
# several.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

option(AAC_INSTALL_BY_TARGET "Archives to lib/<Rust target>, so that a prefix can have several" OFF)
set(_aac_lib_dir ${CMAKE_INSTALL_LIBDIR})
if(AAC_INSTALL_BY_TARGET)
    set(_aac_lib_dir ${CMAKE_INSTALL_LIBDIR}/${AAC_RUST_TARGET})
endif()
set(_aac_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/anjay_access_control)
set(_aac_data_dir ${CMAKE_INSTALL_DATADIR}/anjay_access_control)

# From the .pc file's own folder up to the prefix, wherever that is moved.
file(RELATIVE_PATH _aac_up /prefix/${_aac_lib_dir}/pkgconfig /prefix)
function(_aac_pkg_config file template)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/${template} ${PROJECT_BINARY_DIR}/${file} @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${file} DESTINATION ${_aac_lib_dir}/pkgconfig)
endfunction()

# One call to aac_target() in the config file, and one .pc file, per archive.
set(_aac_targets "# ${AAC_RUST_TARGET}, by Rust ${_aac_rust}, profile ${AAC_PROFILE}\n")
get_property(_aac_archives GLOBAL PROPERTY AAC_ARCHIVES)
foreach(_aac_name IN LISTS _aac_archives)
    get_target_property(_aac_archive anjay_access_control::${_aac_name} IMPORTED_LOCATION)
    get_target_property(_aac_include anjay_access_control::${_aac_name}
        INTERFACE_INCLUDE_DIRECTORIES)
    get_target_property(_aac_links anjay_access_control::${_aac_name} AAC_LINKS)
    get_filename_component(_aac_file ${_aac_archive} NAME)
    set(_aac_headers ${CMAKE_INSTALL_INCLUDEDIR}/anjay_access_control/${_aac_name})
    foreach(_aac_dir IN LISTS _aac_include)
        install(DIRECTORY ${_aac_dir}/ DESTINATION ${_aac_headers} FILES_MATCHING PATTERN "*.h")
    endforeach()
    install(FILES ${_aac_archive} DESTINATION ${_aac_lib_dir})
    string(APPEND _aac_targets
        "aac_target(${_aac_name} ${_aac_lib_dir}/${_aac_file} ${_aac_headers}"
        " \"${_aac_links}\")\n")

    string(REGEX REPLACE "^lib(.*)\\.a$" "-l\\1" _aac_libs ${_aac_file})
    foreach(_aac_link IN LISTS _aac_links)
        string(APPEND _aac_libs " -l${_aac_link}")
    endforeach()
    _aac_pkg_config(anjay_access_control_${_aac_name}.pc archive.pc.in)
endforeach()
if(_aac_no_sandbox)
    string(APPEND _aac_targets "aac_unavailable(sandbox \"${_aac_no_sandbox}\")\n")
endif()
file(WRITE ${PROJECT_BINARY_DIR}/targets/${AAC_RUST_TARGET}.cmake "${_aac_targets}")
install(FILES ${PROJECT_BINARY_DIR}/targets/${AAC_RUST_TARGET}.cmake
    DESTINATION ${_aac_config_dir}/targets)

# The drop-in: with the port, if this build knew an Anjay to make it for. Objects
# are always linked, and ask for our archive: behind Anjay's, that would be an
# error of the linker.
set(_aac_headers ${CMAKE_INSTALL_INCLUDEDIR}/anjay_access_control/engine)
if(TARGET anjay_access_control_port)
    install(FILES $<TARGET_OBJECTS:anjay_access_control_port>
        DESTINATION ${_aac_lib_dir}/anjay_access_control)
    set(_aac_objects "")
    foreach(_aac_source_file IN LISTS _aac_sources)
        get_filename_component(_aac_file ${_aac_source_file} NAME)
        string(APPEND _aac_objects " \${libdir}/anjay_access_control/${_aac_file}${CMAKE_C_OUTPUT_EXTENSION}")
    endforeach()
    set(_aac_requires "")
    # Where the objects are left out, the linker has to say so.
    set(_aac_libs
        "-Wl,--require-defined=anjay_access_control_provision${_aac_objects} \${libdir}/liblwm2m_access_control.a")
else()
    # pkg-config has no other way to say something.
    set(_aac_requires "installed-without-an-Anjay:see-docs/anjay.md:or-try-anjay_access_control_sandbox")
    set(_aac_libs "")
endif()
_aac_pkg_config(anjay_access_control.pc drop-in.pc.in)

set(_aac_ports AnjayPort WakaamaPort)
if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/IotivityPort.cmake)
    list(APPEND _aac_ports IotivityPort)
endif()
configure_package_config_file(
    ${CMAKE_CURRENT_LIST_DIR}/anjay_access_control-config.cmake.in
    ${PROJECT_BINARY_DIR}/anjay_access_control-config.cmake
    INSTALL_DESTINATION ${_aac_config_dir})
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/anjay_access_control-config-version.cmake
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
file(GLOB _aac_modules ${CMAKE_CURRENT_LIST_DIR}/*Port.cmake ${CMAKE_CURRENT_LIST_DIR}/Check*.cmake)
install(FILES
    ${PROJECT_BINARY_DIR}/anjay_access_control-config.cmake
    ${PROJECT_BINARY_DIR}/anjay_access_control-config-version.cmake
    ${CMAKE_CURRENT_LIST_DIR}/RustTarget.cmake
    ${CMAKE_CURRENT_LIST_DIR}/Unavailable.cmake
    ${_aac_modules}
    DESTINATION ${_aac_config_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/ports DESTINATION ${_aac_data_dir})
install(PROGRAMS ${PROJECT_SOURCE_DIR}/scripts/check-link-map DESTINATION ${_aac_data_dir})

# The tool runs on the machine that builds, where it also writes its man pages.
if(AAC_BUILD_TOOL)
    if(NOT _aac_hosted OR CMAKE_CROSSCOMPILING)
        message(FATAL_ERROR "AAC_BUILD_TOOL: lwm2m-acl is built for the machine that it is built on.")
    endif()
    set(_aac_tool ${AAC_CARGO_TARGET_DIR}/${AAC_RUST_TARGET}/release/lwm2m-acl)
    set(_aac_tool_dir ${PROJECT_BINARY_DIR}/tool)
    file(GLOB_RECURSE _aac_tool_sources CONFIGURE_DEPENDS
        ${PROJECT_SOURCE_DIR}/policy/src/* ${PROJECT_SOURCE_DIR}/policy/schema/*
        ${PROJECT_SOURCE_DIR}/src/*.rs ${PROJECT_SOURCE_DIR}/ocf/src/*.rs)
    add_custom_command(OUTPUT ${_aac_tool_dir}/lwm2m-acl
        COMMAND ${AAC_CARGO_COMMAND} --locked --package lwm2m-acl --release
            --target ${AAC_RUST_TARGET} --target-dir ${AAC_CARGO_TARGET_DIR}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${_aac_tool_dir}/man1
        COMMAND ${CMAKE_COMMAND} -E copy ${_aac_tool} ${_aac_tool_dir}/lwm2m-acl
        COMMAND ${_aac_tool} man --to ${_aac_tool_dir}/man1
        DEPENDS ${_aac_tool_sources} ${PROJECT_SOURCE_DIR}/Cargo.lock
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        COMMENT "cargo build: lwm2m-acl"
        VERBATIM)
    add_custom_target(aac_tool ALL DEPENDS ${_aac_tool_dir}/lwm2m-acl)
    install(PROGRAMS ${_aac_tool_dir}/lwm2m-acl DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(DIRECTORY ${_aac_tool_dir}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
endif()

file(GLOB _aac_docs ${PROJECT_SOURCE_DIR}/LICENSE-* ${PROJECT_SOURCE_DIR}/*.md)
install(FILES ${_aac_docs} DESTINATION ${CMAKE_INSTALL_DOCDIR})
file(GLOB _aac_docs ${PROJECT_SOURCE_DIR}/docs/*.md)
install(FILES ${_aac_docs} DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)

# cpack: a tarball, and a package for Debian and its like.
if(_aac_top)
    set(CPACK_GENERATOR TGZ DEB)
    set(CPACK_PACKAGE_NAME libanjay-access-control-dev)
    set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
        "LwM2M access control in place of Anjay's own: static libraries and headers")
    set(CPACK_PACKAGE_VENDOR "The anjay-access-control authors")
    set(CPACK_PACKAGE_CONTACT ${CPACK_PACKAGE_VENDOR})
    set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE-MIT)
    set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
    set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
    set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
    set(CPACK_STRIP_FILES OFF)
    include(CPack)
endif()
