#include <internals.h>
