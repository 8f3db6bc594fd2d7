/// For exceptions that nobody waits for.
#pragma once

#include <exception>
#include <string_view>

namespace seastar {

/// Logs the message and the exception, as an error.
void report_exception(std::string_view message, std::exception_ptr exception) noexcept;

}
