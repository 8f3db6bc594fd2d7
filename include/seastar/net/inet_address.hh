/// An IP address of either family, without a port.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/sstring.hh>
#include <seastar/net/socket_defs.hh>

#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <vector>

namespace seastar::net {

struct ipv4_address {
    uint32_t ip = 0; ///< host order
    ipv4_address() noexcept = default;
    explicit ipv4_address(uint32_t ip) noexcept : ip(ip) {}
    explicit ipv4_address(const std::string& addr);
    ipv4_address(ipv4_addr addr) noexcept : ip(addr.ip) {}
    friend bool operator==(const ipv4_address&, const ipv4_address&) noexcept = default;
};

struct ipv6_address {
    using ipv6_bytes = std::array<uint8_t, 16>;
    ipv6_bytes ip{};
    ipv6_address() noexcept = default;
    explicit ipv6_address(const ::in6_addr& addr) noexcept;
    explicit ipv6_address(const ipv6_bytes& ip) noexcept : ip(ip) {}
    explicit ipv6_address(const std::string& addr);
    ipv6_address(const ipv6_addr& addr) noexcept : ip(addr.ip) {}
    const ipv6_bytes& bytes() const noexcept { return ip; }
    bool is_unspecified() const noexcept { return ip == ipv6_bytes{}; }
    friend bool operator==(const ipv6_address&, const ipv6_address&) noexcept = default;
};

/// The name cannot be resolved to an address.
class unknown_host : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};

/// Values; any thread. From text: a numeric address, with a scope after '%' for IPv6; anything else throws
/// std::invalid_argument.
class inet_address {
public:
    enum class family : sa_family_t { INET = AF_INET, INET6 = AF_INET6 };
    static constexpr uint32_t invalid_scope = UINT32_MAX;

private:
    family _in_family = family::INET;
    union {
        ::in_addr _in;
        ::in6_addr _in6;
    };
    uint32_t _scope = invalid_scope;

public:
    inet_address() noexcept;
    explicit inet_address(family f) noexcept;
    inet_address(::in_addr addr) noexcept;
    inet_address(::in6_addr addr, uint32_t scope = invalid_scope) noexcept;
    inet_address(const sstring& text);
    inet_address(const ipv4_address& addr) noexcept;
    inet_address(const ipv6_address& addr, uint32_t scope = invalid_scope) noexcept;
    inet_address(const ipv4_addr& addr) noexcept : inet_address(ipv4_address(addr)) {}
    inet_address(const ipv6_addr& addr, uint32_t scope = invalid_scope) noexcept
        : inet_address(ipv6_address(addr), scope) {}

    static std::optional<inet_address> parse_numerical(const sstring& text);

    family in_family() const noexcept { return _in_family; }
    bool is_ipv4() const noexcept { return _in_family == family::INET; }
    bool is_ipv6() const noexcept { return _in_family == family::INET6; }
    bool is_loopback() const noexcept;
    bool is_addr_any() const noexcept;
    size_t size() const noexcept { return is_ipv4() ? sizeof(_in) : sizeof(_in6); }
    const void* data() const noexcept { return &_in; }
    uint32_t scope() const noexcept { return _scope; }

    operator const ::in_addr&() const;
    operator const ::in6_addr&() const;
    operator ipv6_addr() const noexcept;
    ipv4_address as_ipv4_address() const;
    ipv6_address as_ipv6_address() const noexcept;

    // By the system's names; net/dns.hh says how. Shard: the caller's.
    future<sstring> hostname() const;
    future<std::vector<sstring>> aliases() const;
    static future<inet_address> find(const sstring& name);
    static future<inet_address> find(const sstring& name, family f);
    static future<std::vector<inet_address>> find_all(const sstring& name);
    static future<std::vector<inet_address>> find_all(const sstring& name, family f);

    bool operator==(const inet_address& other) const noexcept;
};

std::ostream& operator<<(std::ostream&, const inet_address&);
std::ostream& operator<<(std::ostream&, inet_address::family);

}

namespace seastar::internal {
/// Of a sockaddr_in or sockaddr_in6.
net::inet_address address_in(const ::sockaddr_storage& storage) noexcept;
std::string to_string(const net::inet_address&);
std::string to_string(const net::inet_address::family&);
}

namespace std {
template <>
struct hash<seastar::net::inet_address> {
    size_t operator()(const seastar::net::inet_address&) const noexcept;
};
}

template <>
struct fmt::formatter<seastar::net::inet_address>
    : seastar::internal::text_formatter<seastar::net::inet_address, seastar::internal::to_string> {};
template <>
struct fmt::formatter<seastar::net::inet_address::family>
    : seastar::internal::text_formatter<seastar::net::inet_address::family, seastar::internal::to_string> {};
