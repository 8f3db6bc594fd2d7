/// What waits fail with that were given a deadline and missed it.
#pragma once

#include <seastar/core/internal/printing.hh>

#include <exception>

namespace seastar {

class timed_out_error : public std::exception {
public:
    const char* what() const noexcept override;
};

/// How primitives that take an exception factory make the exception of a deadline.
struct default_timeout_exception_factory {
    static auto timeout() { return timed_out_error(); }
};

}

template <>
struct fmt::formatter<seastar::timed_out_error, char, void> : seastar::internal::what_formatter {};
