# Stands for what Zephyr's build system offers to modules: as much of it as ours and
# Anjay's call.
add_library(zephyr_interface INTERFACE)
# Where Zephyr has the processor's flags, and some that are not of the machine.
target_compile_options(zephyr_interface INTERFACE
    -mtune=generic ${BOARD_FLAGS} $<$<COMPILE_LANGUAGE:C>:-Wall> "SHELL:-imacros ${CMAKE_CURRENT_LIST_DIR}/imacros.h")

macro(zephyr_library)
    get_filename_component(_name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    set(ZEPHYR_CURRENT_LIBRARY modules__lib__${_name})
    add_library(${ZEPHYR_CURRENT_LIBRARY} STATIC "")
    target_link_libraries(${ZEPHYR_CURRENT_LIBRARY} PUBLIC zephyr_interface)
    set_property(GLOBAL APPEND PROPERTY ZEPHYR_LIBS ${ZEPHYR_CURRENT_LIBRARY})
endmacro()
function(zephyr_library_sources)
    target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endfunction()
function(zephyr_include_directories)
    foreach(folder IN LISTS ARGN)
        get_filename_component(folder ${folder} ABSOLUTE)
        target_include_directories(zephyr_interface INTERFACE ${folder})
    endforeach()
endfunction()

# All libraries whole, as Zephyr links them.
function(zephyr_link app)
    get_property(libraries GLOBAL PROPERTY ZEPHYR_LIBS)
    target_link_libraries(${app} PRIVATE
        -Wl,--whole-archive ${libraries} -Wl,--no-whole-archive)
endfunction()
