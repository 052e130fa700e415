# What `cmake --install` puts where. IMPORTED targets cannot be exported, so the
# package's config file makes them again. Headers go to folders of their own:
# they have the names of Anjay's.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(_aac_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/anjay_access_control)

# One call to aac_target() in the config file, and one .pc file, per archive.
set(_aac_targets "")
get_property(_aac_archives GLOBAL PROPERTY AAC_ARCHIVES)
foreach(_aac_name IN LISTS _aac_archives)
    get_target_property(_aac_archive anjay_access_control::${_aac_name} IMPORTED_LOCATION)
    get_target_property(_aac_include anjay_access_control::${_aac_name}
        INTERFACE_INCLUDE_DIRECTORIES)
    get_target_property(_aac_links anjay_access_control::${_aac_name} INTERFACE_LINK_LIBRARIES)
    get_filename_component(_aac_file ${_aac_archive} NAME)
    set(_aac_headers ${CMAKE_INSTALL_INCLUDEDIR}/anjay_access_control/${_aac_name})
    foreach(_aac_dir IN LISTS _aac_include)
        install(DIRECTORY ${_aac_dir}/ DESTINATION ${_aac_headers} FILES_MATCHING PATTERN "*.h")
    endforeach()
    install(FILES ${_aac_archive} DESTINATION ${CMAKE_INSTALL_LIBDIR})
    string(APPEND _aac_targets
        "aac_target(${_aac_name} ${CMAKE_INSTALL_LIBDIR}/${_aac_file} ${_aac_headers}"
        " \"${_aac_links}\")\n")

    string(REGEX REPLACE "^lib(.*)\\.a$" "-l\\1" _aac_libs ${_aac_file})
    foreach(_aac_link IN LISTS _aac_links)
        string(APPEND _aac_libs " -l${_aac_link}")
    endforeach()
    set(_aac_pc ${PROJECT_BINARY_DIR}/anjay_access_control_${_aac_name}.pc)
    # From the .pc file's own folder up to the prefix, wherever that is moved.
    file(RELATIVE_PATH _aac_up
        /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
    configure_file(${CMAKE_CURRENT_LIST_DIR}/archive.pc.in ${_aac_pc} @ONLY)
    install(FILES ${_aac_pc} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

configure_package_config_file(
    ${CMAKE_CURRENT_LIST_DIR}/anjay_access_control-config.cmake.in
    ${PROJECT_BINARY_DIR}/anjay_access_control-config.cmake
    INSTALL_DESTINATION ${_aac_config_dir})
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/anjay_access_control-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/anjay_access_control-config.cmake
    ${PROJECT_BINARY_DIR}/anjay_access_control-config-version.cmake
    DESTINATION ${_aac_config_dir})

if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/AnjayPort.cmake)
    install(FILES ${CMAKE_CURRENT_LIST_DIR}/AnjayPort.cmake ${CMAKE_CURRENT_LIST_DIR}/CheckLink.cmake
        DESTINATION ${_aac_config_dir})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/ports/anjay/ DESTINATION ${_aac_config_dir}/anjay
        FILES_MATCHING PATTERN "*.[ch]")
endif()
