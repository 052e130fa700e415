# cmake -DPROGRAM=tutorial -P tutorial_test.cmake: the session gives its transcript.
set(folder ${CMAKE_CURRENT_LIST_DIR}/tutorial)
execute_process(COMMAND ${PROGRAM} INPUT_FILE ${folder}/session.txt
    OUTPUT_VARIABLE transcript COMMAND_ERROR_IS_FATAL ANY)
file(READ ${folder}/session.expected expected)
if(NOT transcript STREQUAL expected)
    message(FATAL_ERROR "The transcript is another one:\n${transcript}")
endif()
