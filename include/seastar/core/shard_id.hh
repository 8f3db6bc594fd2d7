/// The number of the shard (core) that the calling thread is.
///
/// A shard is one thread with its own event loop, memory and objects. Threads that are no shard (started by the program
/// itself, or main() before app_template::run) see 0.
#pragma once

namespace seastar {

using shard_id = unsigned;

namespace internal {

/// Written once by the thread that becomes a shard, through set_this_shard_id(). The initial-exec model makes reading
/// it one instruction, constinit makes it reading only.
extern constinit thread_local shard_id this_shard_id_value __attribute__((tls_model("initial-exec")));

/// Makes the calling thread's number `id`, for start-up, tests and the simulator. Returns the number it had.
shard_id set_this_shard_id(shard_id id) noexcept;

}

/// The calling shard's number, counted from 0.
inline shard_id this_shard_id() noexcept { return internal::this_shard_id_value; }

}
