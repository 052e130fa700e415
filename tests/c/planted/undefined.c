/* A shift that C does not define. */
#include "../host.h"

int main(int argc, char **argv) {
    (void) argv;
    return (1 << (argc + 31)) == 12345;
}
