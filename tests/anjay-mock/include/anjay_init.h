#include <mock.h>
