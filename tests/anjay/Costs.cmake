# cmake -DOURS=… -DANJAY=… -P Costs.cmake
#
# Prints a table of what both programs have measured, one after the other.

foreach(kind ANJAY OURS)
    execute_process(COMMAND ${${kind}} OUTPUT_VARIABLE printed RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "${${kind}} failed: ${failed}")
    endif()
    string(STRIP "${printed}" printed)
    string(REPLACE ";" "|" printed "${printed}")
    string(REPLACE "\n" ";" ${kind} "${printed}")
endforeach()

message("| | instances | Anjay's code | this library |")
message("|---|---:|---:|---:|")
foreach(line IN ZIP_LISTS ANJAY OURS)
    string(REGEX REPLACE ".*[|]" "" ours "${line_1}")
    message("| ${line_0} | ${ours} |")
endforeach()
