/// future<T> and promise<T>: a value that comes later, and how to go on when it is there.
///
/// A future belongs to one shard. It is used once: then(), get(), co_await and the like consume it. A future that is
/// ready costs no allocation; attaching a continuation to one that is not costs one, from the shard's free lists; so
/// does nothing else here. A failed future that is dropped is reported in the log.
///
/// The parts, in reading order: internal/future_state.hh (the value), internal/promise.hh (the producer),
/// internal/continuation.hh (the waiter), internal/futurize.hh (calling user functions), internal/future_class.hh (the
/// future), and coroutine.hh (co_await).
#pragma once

#include <seastar/core/internal/future_class.hh>

#include <seastar/core/coroutine.hh>
