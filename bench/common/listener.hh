/// The listening socket of the bare servers, and the one option that all servers of bench/ have.
#pragma once

#include <cstdint>

namespace bench {

/// The N of `--port N`; 0, the default, stands for any free one. Ends the program when the arguments make no sense.
uint16_t port_option(int argc, char** argv);

/// Listens on 127.0.0.1 at the port of port_option(), prints "listening PORT" and returns the
/// non-blocking descriptor; accepted sockets inherit TCP_NODELAY from it. Ends the program on failure.
int open_listener(int argc, char** argv);

/// Prints what failed, with errno, and ends the program.
[[noreturn]] void die(const char* what);

}
