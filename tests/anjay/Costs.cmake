# cmake -DOURS=… -DANJAY=… -P Costs.cmake
#
# Prints a table of what both programs have measured, one after the other.

# As usual for what takes time; for memory, without what glibc keeps for later.
foreach(kind ANJAY OURS)
    set(${kind}_PROGRAM ${${kind}})
    set(${kind} "")
    foreach(what "memory;GLIBC_TUNABLES=glibc.malloc.tcache_count=0" "ns;LC_ALL=C")
        list(POP_BACK what setting)
        execute_process(COMMAND ${CMAKE_COMMAND} -E env ${setting} ${${kind}_PROGRAM} 0 ${what}
            OUTPUT_VARIABLE printed RESULT_VARIABLE failed)
        if(failed)
            message(FATAL_ERROR "${${kind}_PROGRAM} failed: ${failed}")
        endif()
        string(STRIP "${printed}" printed)
        string(REPLACE ";" "|" printed "${printed}")
        string(REPLACE "\n" ";" printed "${printed}")
        list(APPEND ${kind} ${printed})
    endforeach()
endforeach()

message("| | instances | Anjay's code | this library |")
message("|---|---:|---:|---:|")
foreach(line IN ZIP_LISTS ANJAY OURS)
    string(REGEX REPLACE ".*[|]" "" ours "${line_1}")
    message("| ${line_0} | ${ours} |")
endforeach()
