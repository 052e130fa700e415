# cmake -DAR=… -DFROM=archive -DTO=archive -DOWN=library -P OwnMembers.cmake
#
# Copies an archive without the members that are not the library's own. After
# fat LTO these are compiler_builtins alone, whose memcpy and memmove would come
# before the smaller ones of the C library.
execute_process(COMMAND ${AR} t ${FROM} OUTPUT_VARIABLE members COMMAND_ERROR_IS_FATAL ANY)
string(STRIP "${members}" members)
string(REPLACE "\n" ";" members "${members}")
set(own ${members})
list(FILTER own INCLUDE REGEX "^${OWN}-")
list(FILTER members EXCLUDE REGEX "^${OWN}-")
if(NOT own)
    message(FATAL_ERROR "${FROM} has no member ${OWN}-…")
endif()
file(COPY_FILE ${FROM} ${TO})
if(members)
    execute_process(COMMAND ${AR} d ${TO} ${members} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${AR} s ${TO} COMMAND_ERROR_IS_FATAL ANY)
endif()
