# The port to Anjay. docs/anjay.md says how to use it.
#
#   anjay_access_control::anjay_access_control   replaces Anjay's access control in
#   anjay_access_control::anjay                  the program that links it
#   anjay_access_control_check_link(<target>)    fails the build if it did not
#   anjay_access_control_replace_in(<target>...) where Anjay's sources are part of
#                                                a library of the project's own
#
# In, for the targets:
#
#   target `anjay`          of the user's project (add_subdirectory or
#                           find_package), or else
#   ANJAY_BUILD_DIR         a build tree of Anjay, or else
#   ANJAY_INCLUDE_DIRS      the folders of the public headers of Anjay, avs_commons
#                           and avs_coap, and of their configuration headers
#   ANJAY_SOURCE_DIR        the source tree that it was made from; known with a
#                           build tree or a target of the same project
#   ANJAY_ACCESS_CONTROL_VARIANT  auto, core or module
#
# Without an Anjay the two targets fail to compile, and say why. Needs
# anjay_access_control::engine and aac_unavailable().

if(COMMAND anjay_access_control_replace_in AND TARGET anjay_access_control::anjay)
    return()
endif()

set(ANJAY_SOURCE_DIR "" CACHE PATH "Source tree of Anjay 3.2.0 or later")
set(ANJAY_BUILD_DIR "" CACHE PATH "Build tree of Anjay, if there is no target of it")
set(ANJAY_INCLUDE_DIRS "" CACHE STRING "Anjay's folders of public headers, if there is neither")
set(ANJAY_ACCESS_CONTROL_VARIANT auto CACHE STRING
    "What to replace: module, core (the module and Anjay's enforcement), or auto")
set_property(CACHE ANJAY_ACCESS_CONTROL_VARIANT PROPERTY STRINGS auto core module)
if(NOT ANJAY_ACCESS_CONTROL_VARIANT MATCHES "^(auto|core|module)$")
    message(FATAL_ERROR
        "ANJAY_ACCESS_CONTROL_VARIANT is '${ANJAY_ACCESS_CONTROL_VARIANT}', but may be: auto, core or module.")
endif()

if(NOT DEFINED ANJAY_ACCESS_CONTROL_PORT_DIR)
    get_filename_component(ANJAY_ACCESS_CONTROL_PORT_DIR
        ${CMAKE_CURRENT_LIST_DIR}/../ports/anjay ABSOLUTE)
endif()
# For the functions, which are called from elsewhere.
set(_aac_port_dir ${ANJAY_ACCESS_CONTROL_PORT_DIR} CACHE INTERNAL "")
set(_aac_cmake_dir ${CMAKE_CURRENT_LIST_DIR})

# Fails the build if any of the code that the port replaces came into a target,
# which may be made in another directory.
function(anjay_access_control_check_link target)
    if(MSVC OR APPLE)
        message(FATAL_ERROR "anjay_access_control_check_link() needs a linker with GNU's -Map.")
    endif()
    if(NOT TARGET ${target})
        message(FATAL_ERROR "anjay_access_control_check_link(): there is no target ${target} yet.")
    endif()
    get_target_property(aliased ${target} ALIASED_TARGET)
    if(aliased)
        set(target ${aliased})
    endif()
    get_target_property(type ${target} TYPE)
    get_target_property(imported ${target} IMPORTED)
    if(imported OR NOT type MATCHES "^(EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY)$")
        message(FATAL_ERROR
            "anjay_access_control_check_link(): ${target} is not linked here: a program, or a shared "
            "library, that this project makes can be checked.")
    endif()
    set(map ${CMAKE_CURRENT_BINARY_DIR}/${target}.map)
    target_link_options(${target} PRIVATE LINKER:-Map=${map})
    set(check ${CMAKE_COMMAND} -DMAP=${map} -DVARIANT=${_aac_variant} -P ${_aac_check_link_script})
    get_target_property(folder ${target} SOURCE_DIR)
    if(folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
        add_custom_command(TARGET ${target} POST_BUILD COMMAND ${check} VERBATIM)
        return()
    endif()
    # Only the directory that made it can add to its build; from here it is a target
    # of its own, part of `all`.
    set(stamp ${CMAKE_CURRENT_BINARY_DIR}/${target}.link-checked)
    add_custom_command(OUTPUT ${stamp}
        COMMAND ${check}
        COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
        DEPENDS ${target} $<TARGET_FILE:${target}>
        VERBATIM)
    add_custom_target(${target}_check_link ALL DEPENDS ${stamp})
endfunction()
set(_aac_check_link_script ${_aac_cmake_dir}/CheckLink.cmake CACHE INTERNAL "")

# ---- what kind of Anjay it is ----------------------------------------------

# A header as one line, so that line breaks in declarations do not matter.
function(_aac_read_header out source name)
    set(path ${source}/src/${name})
    if(NOT EXISTS ${path})
        message(FATAL_ERROR
            "${path} is missing: ${source} is not the source tree of Anjay 3.2.0 or later.")
    endif()
    file(READ ${path} text)
    string(REGEX REPLACE "[ \t\r\n]+" " " text "${text}")
    string(REPLACE "( " "(" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# 1 if the header has the new form, 0 if it has the old one.
function(_aac_probe out header new old)
    string(FIND "${header}" "${new}" at_new)
    string(FIND "${header}" "${old}" at_old)
    if(at_new GREATER -1)
        set(${out} 1 PARENT_SCOPE)
    elseif(at_old GREATER -1)
        set(${out} 0 PARENT_SCOPE)
    else()
        set(${out} unknown PARENT_SCOPE)
    endif()
endfunction()

# Reads the private headers in `source`. Sets _aac_versions, _aac_variant_,
# _aac_by_dm, and the port's _aac_sources and _aac_definitions.
function(_aac_look_at source)
    _aac_read_header(_aac_modules_h ${source} anjay_modules/dm/anjay_modules.h)
    _aac_read_header(_aac_dm_h ${source} anjay_modules/anjay_dm_utils.h)
    _aac_read_header(_aac_notify_h ${source} anjay_modules/anjay_notify.h)
    _aac_read_header(_aac_access_h ${source} core/anjay_access_utils_private.h)

    _aac_probe(_aac_by_deleter "${_aac_modules_h}"
        "_anjay_dm_module_install(anjay_unlocked_t *anjay, anjay_dm_module_deleter_t *"
        "_anjay_dm_module_install(anjay_unlocked_t *anjay, const anjay_dm_module_t *")
    _aac_probe(_aac_by_dm "${_aac_dm_h}"
        "_anjay_dm_find_object_by_oid(const anjay_dm_t *"
        "_anjay_dm_find_object_by_oid(anjay_unlocked_t *")
    _aac_probe(_aac_by_path "${_aac_notify_h}"
        "_anjay_notify_queue_instance_set_unknown_change(anjay_notify_queue_t *out_queue, const anjay_uri_path_t *"
        "_anjay_notify_queue_instance_set_unknown_change(anjay_notify_queue_t *out_queue, anjay_oid_t ")
    _aac_probe(_aac_split "${_aac_access_h}"
        "_anjay_instance_action_allowed_stateless(anjay_unlocked_t *anjay, const anjay_action_info_t *"
        "_anjay_instance_action_allowed(anjay_unlocked_t *anjay, const anjay_action_info_t *")
    _aac_probe(_aac_gateway "${_aac_access_h}" "bool end_device;" "anjay_request_action_t action;")

    # In the order in which Anjay introduced them.
    set(_aac_kind
        "${_aac_by_deleter}-${_aac_split}-${_aac_by_dm}-${_aac_by_path}-${_aac_gateway}")
    if(_aac_kind STREQUAL "1-0-0-0-0")
        set(_aac_versions "3.2.0 to 3.6.0")
        set(_aac_best module)
    elseif(_aac_kind STREQUAL "1-1-0-0-0")
        set(_aac_versions "3.6.1 to 3.8.0")
        set(_aac_best module)
    elseif(_aac_kind STREQUAL "1-1-1-0-0")
        set(_aac_versions "3.8.1 to 3.8.x")
        set(_aac_best core)
    elseif(_aac_kind STREQUAL "1-1-1-1-1")
        set(_aac_versions "3.9.0 or later")
        set(_aac_best core)
    elseif(_aac_by_deleter STREQUAL "0")
        message(FATAL_ERROR "This Anjay is older than 3.2.0, which the port needs.")
    else()
        message(FATAL_ERROR
            "The private headers in ${source}/src are of a kind that the port has never "
            "been tried with (${_aac_kind}). See the table of versions in docs/anjay.md.")
    endif()

    if(ANJAY_ACCESS_CONTROL_VARIANT STREQUAL "auto")
        set(_aac_variant_ ${_aac_best})
    else()
        set(_aac_variant_ ${ANJAY_ACCESS_CONTROL_VARIANT})
    endif()
    if(_aac_variant_ STREQUAL "core" AND _aac_best STREQUAL "module")
        message(FATAL_ERROR
            "Anjay ${_aac_versions}: only the module can be replaced. Its core can from 3.8.1 on; "
            "set ANJAY_ACCESS_CONTROL_VARIANT to module or auto.")
    endif()
    set(_aac_sources ${_aac_port_dir}/functions.c ${_aac_port_dir}/module.c)
    set(_aac_is_core 0)
    if(_aac_variant_ STREQUAL "core")
        list(APPEND _aac_sources ${_aac_port_dir}/core.c)
        set(_aac_is_core 1)
    endif()
    set(_aac_definitions
        AAC_PORT_OBJECTS_BY_DM=${_aac_by_dm}
        AAC_PORT_QUEUE_BY_PATH=${_aac_by_path}
        AAC_PORT_CORE=${_aac_is_core})
    foreach(_aac_name versions variant_ by_dm sources definitions)
        set(_aac_${_aac_name} ${_aac_${_aac_name}} PARENT_SCOPE)
    endforeach()
endfunction()

# ---- Anjay's sources in a library of the project's own -----------------------

# anjay_access_control_replace_in(<target>...)
#
# For a target to which Anjay's sources belong, as in its packages for Zephyr and
# ESP-IDF; of several, the one that has them. Takes what the port replaces out of it,
# and puts the port in, to be compiled as the rest of Anjay is. Nothing is then left
# that could come twice, or in a wrong order. Call it when the target has all its
# sources.
function(anjay_access_control_replace_in)
    set(target "")
    foreach(candidate IN LISTS ARGN)
        if(NOT TARGET ${candidate})
            message(FATAL_ERROR
                "anjay_access_control_replace_in(): there is no target ${candidate} yet.")
        endif()
        get_target_property(aliased ${candidate} ALIASED_TARGET)
        if(aliased)
            set(candidate ${aliased})
        endif()
        get_target_property(sources ${candidate} SOURCES)
        if("${sources}" MATCHES "core/anjay_access_utils\\.c")
            set(target ${candidate})
            break()
        endif()
    endforeach()
    if(NOT target)
        list(JOIN ARGN ", " candidates)
        message(FATAL_ERROR
            "anjay_access_control_replace_in(): Anjay is not among the sources of ${candidates}, as "
            "none of them is src/core/anjay_access_utils.c; or it was replaced before.")
    endif()
    get_target_property(folder ${target} SOURCE_DIR)
    set(source "")
    foreach(file IN LISTS sources)
        get_filename_component(path "${file}" ABSOLUTE BASE_DIR ${folder})
        if(path MATCHES "^(.*)/src/core/anjay_access_utils\\.c$")
            set(source ${CMAKE_MATCH_1})
        endif()
    endforeach()
    if(NOT source)
        message(FATAL_ERROR
            "anjay_access_control_replace_in(): src/core/anjay_access_utils.c of ${target} is not in "
            "a source tree of Anjay.")
    endif()
    _aac_look_at(${source})

    set(kept "")
    set(gone "")
    foreach(file IN LISTS sources)
        get_filename_component(path "${file}" ABSOLUTE BASE_DIR ${folder})
        if(path MATCHES "/src/modules/access_control/[^/]+\\.c$"
                OR (_aac_variant_ STREQUAL "core" AND path STREQUAL "${source}/src/core/anjay_access_utils.c"))
            list(APPEND gone ${path})
        else()
            list(APPEND kept ${file})
        endif()
    endforeach()
    set_target_properties(${target} PROPERTIES SOURCES "${kept}")
    target_sources(${target} PRIVATE ${_aac_sources})
    get_target_property(include anjay_access_control::engine INTERFACE_INCLUDE_DIRECTORIES)
    set_source_files_properties(${_aac_sources} TARGET_DIRECTORY ${target} PROPERTIES
        COMPILE_DEFINITIONS "${_aac_definitions}"
        INCLUDE_DIRECTORIES "${source}/src;${include}")
    target_link_libraries(${target} PRIVATE anjay_access_control::engine)
    set(_aac_variant ${_aac_variant_} CACHE INTERNAL "")
    list(LENGTH gone count)
    message(STATUS
        "Anjay ${_aac_versions} in ${target}: ${count} of its sources make room for this library's ${_aac_variant_}")
endfunction()

# ---- where Anjay is --------------------------------------------------------

set(_aac_source ${ANJAY_SOURCE_DIR})
set(_aac_target "")
set(_aac_include_dirs "")

if(TARGET anjay)
    set(_aac_target anjay)
    get_target_property(_aac_imported anjay IMPORTED)
    if(NOT _aac_source AND NOT _aac_imported)
        get_target_property(_aac_source anjay SOURCE_DIR)
    endif()
    if(NOT _aac_source)
        message(FATAL_ERROR
            "The port needs Anjay's private headers, which are not installed: set "
            "ANJAY_SOURCE_DIR to the source tree that this Anjay was built from.")
    endif()
elseif(ANJAY_BUILD_DIR)
    if(NOT EXISTS ${ANJAY_BUILD_DIR}/CMakeCache.txt)
        message(FATAL_ERROR "ANJAY_BUILD_DIR (${ANJAY_BUILD_DIR}) is not a CMake build tree.")
    endif()
    load_cache(${ANJAY_BUILD_DIR} READ_WITH_PREFIX _aac_built_
        CMAKE_HOME_DIRECTORY DTLS_BACKEND)
    if(NOT _aac_source)
        set(_aac_source ${_aac_built_CMAKE_HOME_DIRECTORY})
    endif()
    get_filename_component(_aac_real ${_aac_source} REALPATH)
    get_filename_component(_aac_home ${_aac_built_CMAKE_HOME_DIRECTORY} REALPATH)
    if(NOT _aac_real STREQUAL _aac_home)
        message(FATAL_ERROR
            "ANJAY_BUILD_DIR was built from ${_aac_home}, not from ANJAY_SOURCE_DIR "
            "(${_aac_real}): private headers and library must match.")
    endif()
    foreach(_aac_part "" /deps/avs_coap /deps/avs_commons)
        list(APPEND _aac_include_dirs
            ${ANJAY_BUILD_DIR}${_aac_part}/include_public
            ${_aac_source}${_aac_part}/include_public)
    endforeach()
elseif(ANJAY_INCLUDE_DIRS)
    if(NOT _aac_source)
        message(FATAL_ERROR
            "ANJAY_INCLUDE_DIRS needs ANJAY_SOURCE_DIR too, for the private headers.")
    endif()
    set(_aac_include_dirs ${ANJAY_INCLUDE_DIRS})
elseif(_aac_source)
    message(FATAL_ERROR
        "ANJAY_SOURCE_DIR alone is not enough: set ANJAY_BUILD_DIR too (or ANJAY_INCLUDE_DIRS), or "
        "have a target `anjay` (add_subdirectory or find_package) before this.")
else()
    set(_aac_no_anjay
        "no Anjay was given. Have a target anjay before this library, by add_subdirectory or \
find_package in that order (ANJAY_SOURCE_DIR then names the sources of an installed one); or set \
ANJAY_BUILD_DIR to a build tree of Anjay. To try the library without Anjay, link anjay_access_control::sandbox.")
    message(STATUS "No Anjay given: ANJAY_BUILD_DIR, or a target anjay before this, makes anjay_access_control::anjay_access_control available")
    aac_unavailable(anjay_access_control "${_aac_no_anjay}")
    aac_unavailable(anjay "${_aac_no_anjay}")
    return()
endif()

_aac_look_at(${_aac_source})

# ---- does the port compile against it? -------------------------------------

if(_aac_target)
    # Everything that the target and what it links say, for the probe below.
    set(_aac_pending ${_aac_target})
    set(_aac_seen "")
    while(_aac_pending)
        list(GET _aac_pending 0 _aac_next)
        list(REMOVE_AT _aac_pending 0)
        if(NOT TARGET ${_aac_next} OR _aac_next IN_LIST _aac_seen)
            continue()
        endif()
        list(APPEND _aac_seen ${_aac_next})
        get_target_property(_aac_dirs ${_aac_next} INTERFACE_INCLUDE_DIRECTORIES)
        if(_aac_dirs)
            list(APPEND _aac_include_dirs ${_aac_dirs})
        endif()
        get_target_property(_aac_links ${_aac_next} INTERFACE_LINK_LIBRARIES)
        if(_aac_links)
            list(APPEND _aac_pending ${_aac_links})
        endif()
    endwhile()
    list(TRANSFORM _aac_include_dirs REPLACE "^\\$<BUILD_INTERFACE:(.*)>$" "\\1")
    list(FILTER _aac_include_dirs EXCLUDE REGEX "^\\$<")
    list(REMOVE_DUPLICATES _aac_include_dirs)
endif()

find_file(_aac_config_h anjay/anjay_config.h PATHS ${_aac_include_dirs}
    NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH NO_CACHE)
if(NOT _aac_config_h)
    message(FATAL_ERROR "anjay/anjay_config.h is not in ${_aac_include_dirs}: is this Anjay configured?")
endif()
file(STRINGS ${_aac_config_h} _aac_config REGEX "^ *# *define +ANJAY_WITH_")
if(_aac_variant_ STREQUAL "core" AND NOT "${_aac_config};" MATCHES "ANJAY_WITH_ACCESS_CONTROL;")
    message(FATAL_ERROR
        "This Anjay is configured with WITH_ACCESS_CONTROL=OFF, so it asks nobody for permission. "
        "Configure it with WITH_ACCESS_CONTROL=ON.")
endif()

get_target_property(_aac_engine_include anjay_access_control::engine INTERFACE_INCLUDE_DIRECTORIES)

set(_aac_type ${CMAKE_TRY_COMPILE_TARGET_TYPE})
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
list(TRANSFORM _aac_definitions PREPEND -D OUTPUT_VARIABLE _aac_flags)
try_compile(_aac_compiles ${CMAKE_CURRENT_BINARY_DIR}/anjay-port-probe
    SOURCES ${_aac_sources}
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${_aac_include_dirs};${_aac_source}/src;${_aac_engine_include}"
    COMPILE_DEFINITIONS ${_aac_flags}
        -Werror=implicit-function-declaration -Werror=incompatible-pointer-types
        -Werror=int-conversion
    OUTPUT_VARIABLE _aac_output
    C_STANDARD 99)
set(CMAKE_TRY_COMPILE_TARGET_TYPE ${_aac_type})
if(NOT _aac_compiles)
    message(FATAL_ERROR
        "The port does not compile against this Anjay (${_aac_versions}, ${_aac_source}):\n${_aac_output}")
endif()
message(STATUS "Anjay ${_aac_versions}: replacing its access-control ${_aac_variant_} (${_aac_source})")
set(_aac_variant ${_aac_variant_} CACHE INTERNAL "")
# For this project's own tests.
set(_aac_by_dm ${_aac_by_dm} CACHE INTERNAL "")
set(_aac_private_include_dir ${_aac_source}/src CACHE INTERNAL "")

# ---- targets ---------------------------------------------------------------

add_library(anjay_access_control_anjay INTERFACE)
add_library(anjay_access_control::anjay ALIAS anjay_access_control_anjay)
add_library(anjay_access_control::anjay_access_control ALIAS anjay_access_control_anjay)

set(_aac_anjay anjay)
if(NOT _aac_target AND NOT ANJAY_BUILD_DIR)
    # The user links Anjay: these are its headers alone.
    set(_aac_anjay "")
    target_include_directories(anjay_access_control_anjay INTERFACE ${_aac_include_dirs})
elseif(NOT _aac_target)
    # A build tree of Anjay: its archives, and what its TLS needs.
    file(GLOB _aac_archives
        ${ANJAY_BUILD_DIR}/output/lib/*.a ${ANJAY_BUILD_DIR}/deps/*/output/lib/*.a)
    # A build of everything has the other back ends as well.
    set(_aac_system_libs m)
    if("${_aac_archives}" MATCHES "libavs_compat_threading_pthread|libavs_net_.*posix"
            OR NOT CMAKE_SYSTEM_NAME STREQUAL "Generic")
        list(APPEND _aac_system_libs pthread)
    endif()
    set(_aac_backend ${_aac_built_DTLS_BACKEND})
    if(_aac_backend STREQUAL "mbedtls")
        list(APPEND _aac_system_libs mbedtls mbedx509 mbedcrypto)
    elseif(_aac_backend STREQUAL "openssl")
        list(APPEND _aac_system_libs ssl crypto)
    elseif(_aac_backend STREQUAL "tinydtls")
        list(APPEND _aac_system_libs tinydtls)
    else()
        set(_aac_backend nosec generic)
    endif()
    foreach(_aac_other mbedtls openssl tinydtls nosec generic)
        if(NOT _aac_other IN_LIST _aac_backend)
            list(FILTER _aac_archives EXCLUDE REGEX "libavs_(net|crypto)_${_aac_other}\\.a$")
        endif()
    endforeach()
    if("${_aac_archives}" MATCHES "libavs_compat_threading_pthread")
        list(FILTER _aac_archives EXCLUDE REGEX "libavs_compat_threading_(atomic_spinlock|custom)\\.a$")
    endif()
    list(FILTER _aac_archives EXCLUDE REGEX "libavs_unit\\.a$")
    find_library(_aac_zlib z NO_CACHE)
    if(_aac_zlib)
        list(APPEND _aac_system_libs ${_aac_zlib})
    endif()
    add_library(anjay INTERFACE IMPORTED GLOBAL)
    set_target_properties(anjay PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${_aac_include_dirs}"
        INTERFACE_LINK_LIBRARIES
            "-Wl,--start-group;${_aac_archives};-Wl,--end-group;${_aac_system_libs}")
endif()

add_library(anjay_access_control_port OBJECT ${_aac_sources})
set_target_properties(anjay_access_control_port PROPERTIES C_STANDARD 99)
target_compile_definitions(anjay_access_control_port PRIVATE ${_aac_definitions})
target_include_directories(anjay_access_control_port PRIVATE ${_aac_engine_include})
target_include_directories(anjay_access_control_port SYSTEM PRIVATE
    ${_aac_include_dirs} ${_aac_source}/src)

# Linkers take the first definition that they meet, and objects come before all
# archives: the order in which the user lists libraries does not matter.
target_sources(anjay_access_control_anjay INTERFACE
    $<TARGET_OBJECTS:anjay_access_control_port>)
target_link_libraries(anjay_access_control_anjay INTERFACE
    anjay_access_control::engine ${_aac_anjay})
