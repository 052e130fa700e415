# cmake -DMAP=<link map> -DVARIANT=core|module -P CheckLink.cmake
#
# Fails if the map names code of Anjay that the port replaces, or lacks ours.

if(NOT EXISTS "${MAP}")
    message(FATAL_ERROR "There is no link map ${MAP}.")
endif()
set(replaced "anjay_access_control_[a-z_]+|anjay_mod_access_control")
if(VARIANT STREQUAL "core")
    string(APPEND replaced "|anjay_access_utils")
elseif(NOT VARIANT STREQUAL "module")
    message(FATAL_ERROR "VARIANT is core or module.")
endif()

file(STRINGS "${MAP}" wrong REGEX "[/(](${replaced})\\.(c\\.)?o(bj)?\\)?")
if(wrong)
    list(GET wrong 0 line)
    message(FATAL_ERROR
        "Anjay's own access control is in the program, see ${MAP}:\n${line}\n"
        "Link anjay_access_control::anjay to the program itself.")
endif()
file(STRINGS "${MAP}" engine REGEX "liblwm2m_access_control\\.a\\(")
if(NOT engine)
    message(FATAL_ERROR "The access-control engine is not in the program, see ${MAP}.")
endif()
