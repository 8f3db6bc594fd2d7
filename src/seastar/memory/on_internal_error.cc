#include <seastar/core/on_internal_error.hh>
#include <seastar/util/backtrace.hh>
#include <seastar/util/log.hh>

#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace seastar {

namespace {

// tidy-allow(global): a debugging switch of the process, set by test runners before and between nodes
constinit std::atomic<bool> abort_on_internal_error{false};

bool aborts() noexcept {
    return abort_on_internal_error.load(std::memory_order_relaxed);
}

void report(logger& log, std::string_view reason) noexcept {
    log.error("{}, at: {}", reason, current_backtrace());
}

}

bool set_abort_on_internal_error(bool do_abort) noexcept {
    return abort_on_internal_error.exchange(do_abort);
}

void on_internal_error(logger& log, std::string_view reason) {
    report(log, reason);
    if (aborts()) {
        std::abort();
    }
    throw std::runtime_error(std::string(reason));
}

void on_internal_error(logger& log, std::exception_ptr exception) {
    auto text = internal::text_of(exception);
    report(log, {text.data(), text.size()});
    if (aborts()) {
        std::abort();
    }
    std::rethrow_exception(std::move(exception));
}

void on_internal_error_noexcept(logger& log, std::string_view reason) noexcept {
    report(log, reason);
    if (aborts()) {
        std::abort();
    }
}

void on_fatal_internal_error(logger& log, std::string_view reason) noexcept {
    report(log, reason);
    std::abort();
}

}
