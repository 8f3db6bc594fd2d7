/// The yardstick: a server over bare epoll, one thread, no library, as one would write it in C.
#pragma once

#include <cstddef>

namespace bench {

/// The buffer of a connection.
inline constexpr size_t connection_bytes = 64 * 1024;
inline constexpr size_t malformed = static_cast<size_t>(-1);

/// Turns what it can of [data, data + bytes) into replies, in place. Returns how many bytes that were; the rest is
/// given again with what comes next. Or `malformed`, which ends the connection.
using answer_function = size_t (*)(char* data, size_t bytes);

/// Reads each readable connection once a turn, answers in the receive buffer, and writes once. Replies that the socket
/// does not take wait, and nothing more is read from it meanwhile.
[[noreturn]] void serve_on_epoll(int listener, answer_function answer);

}
