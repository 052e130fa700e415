# cmake -DOURS=… -DANJAY=… -P Exchange.cmake
#
# Each writes the same random states; each restores what the other wrote and
# writes it again. All must be equal, byte for byte.

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result ERROR_VARIABLE errors)
    if(result)
        message(FATAL_ERROR "${ARGN}: ${result}\n${errors}")
    endif()
endfunction()

function(compare a b)
    execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${a} ${b} RESULT_VARIABLE differ)
    if(differ)
        message(FATAL_ERROR "${a} and ${b} differ")
    endif()
endfunction()

foreach(seed RANGE 1 8)
    run(${OURS} write ours-${seed}.blob ${seed})
    run(${ANJAY} write anjay-${seed}.blob ${seed})
    compare(ours-${seed}.blob anjay-${seed}.blob)
    run(${OURS} rewrite anjay-${seed}.blob ours-again.blob)
    run(${ANJAY} rewrite ours-${seed}.blob anjay-again.blob)
    compare(ours-again.blob anjay-${seed}.blob)
    compare(anjay-again.blob ours-${seed}.blob)
endforeach()
message(STATUS "8 states, equal in both directions")
