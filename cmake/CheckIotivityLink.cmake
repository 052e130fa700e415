# cmake -DMAP=<link map> -P CheckIotivityLink.cmake
#
# Fails if the map names the objects of IoTivity-lite that the port replaces, or
# lacks ours. One may also link without CMake and run it on that map.

if(NOT EXISTS "${MAP}")
    message(FATAL_ERROR "There is no link map ${MAP}.")
endif()

file(STRINGS "${MAP}" wrong REGEX "[/(\\]oc_acl(_util)?\\.(c\\.)?o(bj)?\\)?")
if(wrong)
    list(GET wrong 0 line)
    message(FATAL_ERROR
        "IoTivity-lite's own access-control list is in the program, see ${MAP}:\n${line}\n"
        "Link anjay_access_control::iotivity_lite to the program itself, not to a library.")
endif()
file(STRINGS "${MAP}" ours REGEX "lib(ocf_acl_static|anjay_access_control|lwm2m_access_control)\\.a\\(")
if(NOT ours)
    message(FATAL_ERROR "The list of this library is not in the program, see ${MAP}.")
endif()
