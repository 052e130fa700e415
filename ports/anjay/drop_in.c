/**
 * @file
 * The whole port in one file, for builds without CMake.
 *
 * Compile it with Anjay's include folders, its `src` and this library's headers,
 * and name the object itself to the linker, where the order of libraries does not
 * matter. From an archive it comes whole or not at all: what is only half in the
 * way of Anjay's code is an error of the linker then, never a mixture.
 */
#include "functions.c"
#include "module.c"
#include "port.h"
#if AAC_PORT_CORE
#    include "core.c"
#endif
