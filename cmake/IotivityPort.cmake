# The port to IoTivity-lite. docs/iotivity.md says how to use it.
#
#   anjay_access_control::iotivity_lite          replaces the access-control list of
#                                                IoTivity-lite in the program that
#                                                links it
#   anjay_access_control_check_iotivity_link(<target>)  fails the build if it did not
#
# In:
#
#   IOTIVITY_LITE_SOURCE_DIR  the source tree, for its private headers; needed only
#                             if IoTivity-lite comes from find_package(), as those
#                             are not installed
#
# Its options shape its structs, and differ between its libraries for servers, for
# clients and for both. So the port is no library: its source becomes one of the
# program's own, and is compiled with the definitions and include folders of that
# library of IoTivity-lite which the program links. As an object of the program it
# also comes before every archive. Needs anjay_access_control::ocf, or ::engine with
# AAC_OCF.

if(TARGET anjay_access_control::iotivity_lite)
    return()
endif()

set(IOTIVITY_LITE_SOURCE_DIR "" CACHE PATH
    "Source tree of IoTivity-lite 2.2.5.14 or later, if it comes from find_package()")

if(NOT DEFINED ANJAY_ACCESS_CONTROL_PORTS_DIR)
    get_filename_component(ANJAY_ACCESS_CONTROL_PORTS_DIR
        ${CMAKE_CURRENT_LIST_DIR}/../ports ABSOLUTE)
endif()
set(_aac_check_iotivity_script ${CMAKE_CURRENT_LIST_DIR}/CheckIotivityLink.cmake
    CACHE INTERNAL "")

# With the list in the engine's archive, that of the list alone would bring a
# second heap and panic handler.
set(_aac_list anjay_access_control::ocf)
if(AAC_OCF)
    set(_aac_list anjay_access_control::engine)
endif()
if(NOT TARGET ${_aac_list})
    aac_unavailable(iotivity_lite "${_aac_list} is not there.")
    return()
endif()

add_library(anjay_access_control_iotivity_lite INTERFACE)
add_library(anjay_access_control::iotivity_lite ALIAS anjay_access_control_iotivity_lite)
target_sources(anjay_access_control_iotivity_lite INTERFACE
    ${ANJAY_ACCESS_CONTROL_PORTS_DIR}/iotivity-lite/acl.c)
target_link_libraries(anjay_access_control_iotivity_lite INTERFACE ${_aac_list})
if(IOTIVITY_LITE_SOURCE_DIR)
    if(NOT EXISTS ${IOTIVITY_LITE_SOURCE_DIR}/security/oc_acl_util.c)
        message(FATAL_ERROR
            "IOTIVITY_LITE_SOURCE_DIR: ${IOTIVITY_LITE_SOURCE_DIR} is not the source tree of "
            "IoTivity-lite, security/oc_acl_util.c is missing.")
    endif()
    set(_aac_iotivity_port linux)
    if(WIN32)
        set(_aac_iotivity_port windows)
    endif()
    target_include_directories(anjay_access_control_iotivity_lite SYSTEM INTERFACE
        ${IOTIVITY_LITE_SOURCE_DIR}
        ${IOTIVITY_LITE_SOURCE_DIR}/include
        ${IOTIVITY_LITE_SOURCE_DIR}/port
        ${IOTIVITY_LITE_SOURCE_DIR}/port/${_aac_iotivity_port})
endif()

# Fails the build of a program into which any of the code came that the port
# replaces.
function(anjay_access_control_check_iotivity_link target)
    if(MSVC OR APPLE)
        message(FATAL_ERROR
            "anjay_access_control_check_iotivity_link() needs a linker with GNU's -Map.")
    endif()
    set(map ${CMAKE_CURRENT_BINARY_DIR}/${target}.iotivity.map)
    target_link_options(${target} PRIVATE LINKER:-Map=${map})
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${CMAKE_COMMAND} -DMAP=${map} -P ${_aac_check_iotivity_script}
        VERBATIM)
endfunction()
