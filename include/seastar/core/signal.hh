/// Handling signals on a shard's loop.
#pragma once

#include <seastar/util/noncopyable_function.hh>

namespace seastar {

/// Calls handler, as a task of shard 0, whenever the signal comes; takes the place of what was there, of SIGINT's and
/// SIGTERM's way to stop the program too. `once`: only the first time; then the signal does again what it did before
/// the program ran. Requires: on shard 0; not SIGKILL, SIGSTOP, nor what a fault of the program raises.
void handle_signal(int signo, noncopyable_function<void()>&& handler, bool once = false);

}
