# cmake -DAR=… -DOBJCOPY=… -DFROM=archive -DTO=archive -DOWN=library -P OwnMembers.cmake
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

# On Arm, compilers know memcpy and memmove by names of their own, which the C
# library has as functions beside the standard ones. With these, which a program has
# anyway, it needs no others. What they return is not looked at; memset, whose
# arguments are in another order, stays.
if(OBJCOPY)
    foreach(function memcpy memmove)
        foreach(alignment "" 4 8)
            # One at a time: objcopy does not give two symbols the same new name.
            execute_process(
                COMMAND ${OBJCOPY} --redefine-sym __aeabi_${function}${alignment}=${function} ${TO}
                COMMAND_ERROR_IS_FATAL ANY)
        endforeach()
    endforeach()
endif()
