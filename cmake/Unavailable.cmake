# aac_unavailable(<name> <sentence>)
#
# Makes the target anjay_access_control::<name>, of which a program that links it
# gets nothing but an error of the compiler with this sentence: better than a
# target that is not there, which CMake reports without a reason.
function(aac_unavailable name sentence)
    if(TARGET anjay_access_control::${name})
        return()
    endif()
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    set(suffix c)
    if(NOT "C" IN_LIST languages)
        set(suffix cpp)
    endif()
    set(file ${CMAKE_CURRENT_BINARY_DIR}/anjay_access_control/${name}_is_unavailable.${suffix})
    file(CONFIGURE OUTPUT ${file}
        CONTENT "#error \"anjay_access_control::${name} is not available: ${sentence}\"\n")
    add_library(anjay_access_control::${name} INTERFACE IMPORTED GLOBAL)
    set_target_properties(anjay_access_control::${name} PROPERTIES
        INTERFACE_SOURCES ${file}
        AAC_UNAVAILABLE "${sentence}")
endfunction()
