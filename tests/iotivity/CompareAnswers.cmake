# cmake -DNETWORK=… -DTOOL=… -DDEVICE=… -DCOLUMN=… -DFOLDER=… -DTABLE=answers.tsv
#       -P CompareAnswers.cmake
#
# Runs the onboarding tool with a device and compares what it says with a column of
# the table.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER}/tool ${FOLDER}/device)
# IoTivity-lite's storage takes no path of more than 64 bytes.
execute_process(COMMAND ${NETWORK} ${TOOL} tool ${DEVICE} device
    WORKING_DIRECTORY ${FOLDER}
    OUTPUT_VARIABLE said ERROR_VARIABLE complaints RESULT_VARIABLE result)
file(WRITE ${FOLDER}/said.tsv "${said}")
set(wanted "")
file(STRINGS ${TABLE} rows REGEX "\t")
list(POP_FRONT rows columns)
string(REPLACE "\t" ";" columns "${columns}")
list(FIND columns ${COLUMN} column)
foreach(row IN LISTS rows)
    string(REPLACE "\t" ";" fields "${row}")
    list(GET fields 0 what)
    list(GET fields ${column} answer)
    string(APPEND wanted "${what}\t${answer}\n")
endforeach()
if(NOT said STREQUAL wanted)
    file(WRITE ${FOLDER}/wanted.tsv "${wanted}")
    execute_process(COMMAND diff ${FOLDER}/wanted.tsv ${FOLDER}/said.tsv OUTPUT_VARIABLE difference)
    message(FATAL_ERROR "Other answers than in the table (<):\n${difference}\n${complaints}")
endif()
if(NOT result EQUAL 0)
    message(FATAL_ERROR "The tool ends with ${result}:\n${complaints}")
endif()
