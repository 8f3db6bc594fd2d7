/// What the system knows about names, as futures. Failures are std::system_error of names_error_category(), and say
/// which name. Two are asked for at a time per shard.
#pragma once

#include "kernel/names.hh"

#include <seastar/core/future.hh>
#include <seastar/core/sstring.hh>

#include <system_error>
#include <vector>

namespace seastar::net {

/// `family` as of kernel::find_host().
future<kernel::host> ask_for_host(const sstring& name, int family) noexcept;
/// `shown`: the address as text, for failures.
future<sstring> ask_for_name(const kernel::endpoint& address, const sstring& shown) noexcept;
future<std::vector<kernel::service_record>> ask_for_services(const sstring& name) noexcept;

/// Its values are the EAI_ codes of getaddrinfo(3).
const std::error_category& names_error_category() noexcept;

}
