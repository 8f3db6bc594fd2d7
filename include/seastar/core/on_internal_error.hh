/// What to do when a program finds that its own invariants do not hold, without ending it in production: log, and
/// throw; or abort, where that is wanted (in tests).
#pragma once

#include <exception>
#include <string_view>

namespace seastar {

class logger;

/// Whether the functions below abort instead of throwing. Returns what was set before. Any thread.
bool set_abort_on_internal_error(bool do_abort) noexcept;

/// Logs an error with a backtrace, then aborts or throws std::runtime_error(reason).
[[noreturn]] void on_internal_error(logger& log, std::string_view reason);
/// The same with an exception of the caller's.
[[noreturn]] void on_internal_error(logger& log, std::exception_ptr exception);
/// Logs and perhaps aborts; for where nothing can be thrown.
void on_internal_error_noexcept(logger& log, std::string_view reason) noexcept;
/// Logs and aborts, whatever is set.
[[noreturn]] void on_fatal_internal_error(logger& log, std::string_view reason) noexcept;

}
