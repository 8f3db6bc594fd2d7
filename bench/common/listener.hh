/// The listening socket of the bare servers.
#pragma once

namespace bench {

/// Listens on 127.0.0.1 at the port that `--port N` names (0, the default: any free one), prints "listening PORT" and
/// returns the non-blocking descriptor; accepted sockets inherit TCP_NODELAY from it. Ends the program on failure.
int open_listener(int argc, char** argv);

/// Prints what failed, with errno, and ends the program.
[[noreturn]] void die(const char* what);

}
