# Access control for an Eclipse Wakaama client:
#
#   add_subdirectory(wakaama)                    # gives wakaama_static
#   add_subdirectory(anjay-access-control)       # or find_package()
#   anjay_access_control_add_wakaama(wakaama_static)
#   target_link_libraries(client PRIVATE anjay_access_control::wakaama wakaama_static)
#
# The port is compiled with the definitions and the private headers of the target
# that is named, for these decide about the layout of Wakaama's structures.

if(NOT DEFINED ANJAY_ACCESS_CONTROL_PORTS_DIR)
    get_filename_component(ANJAY_ACCESS_CONTROL_PORTS_DIR
        ${CMAKE_CURRENT_LIST_DIR}/../ports ABSOLUTE)
endif()
set(AAC_WAKAAMA_PORT_DIR ${ANJAY_ACCESS_CONTROL_PORTS_DIR}/wakaama CACHE INTERNAL "")

# Calls of these functions between Wakaama's files, and from the application, are
# led to the port. ports/wakaama/wrap.c has the same list.
set(AAC_WAKAAMA_WRAPPED
    dm_handleRequest observe_step lwm2m_resource_value_changed lwm2m_send
    bootstrap_handleCommand bootstrap_handleDeleteAll bootstrap_handleFinish bootstrap_step
    lwm2m_add_object lwm2m_remove_object
    CACHE INTERNAL "")

function(anjay_access_control_add_wakaama wakaama)
    if(NOT TARGET ${wakaama})
        message(FATAL_ERROR
            "anjay_access_control_add_wakaama(${wakaama}): there is no such target. Add Wakaama "
            "first, and name the target that its sources are compiled in, as a rule wakaama_static.")
    endif()
    add_library(anjay_access_control_wakaama_port OBJECT
        ${AAC_WAKAAMA_PORT_DIR}/object.c ${AAC_WAKAAMA_PORT_DIR}/wrap.c)
    set_target_properties(anjay_access_control_wakaama_port PROPERTIES C_STANDARD 99)
    target_link_libraries(anjay_access_control_wakaama_port PRIVATE
        ${wakaama} anjay_access_control::engine)
    target_compile_definitions(anjay_access_control_wakaama_port PRIVATE
        $<TARGET_PROPERTY:${wakaama},COMPILE_DEFINITIONS>)
    target_include_directories(anjay_access_control_wakaama_port SYSTEM PRIVATE
        $<TARGET_PROPERTY:${wakaama},INCLUDE_DIRECTORIES>)

    add_library(anjay_access_control_wakaama INTERFACE)
    add_library(anjay_access_control::wakaama ALIAS anjay_access_control_wakaama)
    target_sources(anjay_access_control_wakaama INTERFACE
        $<TARGET_OBJECTS:anjay_access_control_wakaama_port>)
    target_include_directories(anjay_access_control_wakaama INTERFACE ${AAC_WAKAAMA_PORT_DIR})
    foreach(_function IN LISTS AAC_WAKAAMA_WRAPPED)
        target_link_options(anjay_access_control_wakaama INTERFACE LINKER:--wrap=${_function})
    endforeach()
    # Wakaama after the port, which calls it; the engine after both.
    target_link_libraries(anjay_access_control_wakaama INTERFACE
        ${wakaama} anjay_access_control::engine)
endfunction()
