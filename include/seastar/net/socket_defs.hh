/// Addresses of sockets: socket_address (any family), and the spellings that users give.
#pragma once

#include <seastar/core/sstring.hh>

#include <array>
#include <cstdint>
#include <iosfwd>
#include <string>

#include <fmt/core.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace seastar {

namespace net {
class inet_address;
}
struct ipv4_addr;
struct ipv6_addr;
class socket_address;
struct unix_domain_addr;

struct unix_domain_addr {
    const std::string name;
    const int path_count; ///< bytes of the name on the wire, a leading NUL included

    explicit unix_domain_addr(const std::string& name) : name(name), path_count(path_length_aux()) {}
    explicit unix_domain_addr(const char* name) : unix_domain_addr(std::string(name)) {}
    int path_length() const { return path_count; }
    const char* path_bytes() const { return name.c_str(); }

private:
    // An abstract address begins with NUL and is as long as it is; a path ends with NUL.
    int path_length_aux() const {
        auto size = static_cast<int>(name.size());
        return size > 0 && name[0] == '\0' ? size : size + 1;
    }
};

/// Prints as it is: a leading NUL as '@', others that do not print as '_'.
std::ostream& operator<<(std::ostream&, const unix_domain_addr&);

/// The address of one end of a socket: IPv4, IPv6 or Unix. Values; any thread.
class socket_address {
public:
    socklen_t addr_length;
    union {
        ::sockaddr_storage sas;
        ::sockaddr sa;
        ::sockaddr_in in;
        ::sockaddr_in6 in6;
        ::sockaddr_un un;
    } u;

    socket_address() noexcept;
    socket_address(const sockaddr_in& sa) noexcept;
    socket_address(const sockaddr_in6& sa) noexcept;
    socket_address(uint16_t port) noexcept;
    socket_address(ipv4_addr addr) noexcept;
    socket_address(const ipv6_addr& addr) noexcept;
    socket_address(const ipv6_addr& addr, uint32_t scope) noexcept;
    socket_address(const net::inet_address& addr, uint16_t port = 0) noexcept;
    explicit socket_address(const unix_domain_addr& addr) noexcept;

    /// What the kernel filled in; longer than its storage is cut.
    socket_address(const ::sockaddr* address, socklen_t length) noexcept;

    socklen_t length() const noexcept { return addr_length; }
    bool is_af_unix() const noexcept { return u.sa.sa_family == AF_UNIX; }
    bool is_unspecified() const noexcept { return u.sa.sa_family == AF_UNSPEC; }
    sa_family_t family() const noexcept { return u.sa.sa_family; }

    ::sockaddr& as_posix_sockaddr() noexcept { return u.sa; }
    ::sockaddr_in& as_posix_sockaddr_in() noexcept { return u.in; }
    ::sockaddr_in6& as_posix_sockaddr_in6() noexcept { return u.in6; }
    const ::sockaddr& as_posix_sockaddr() const noexcept { return u.sa; }
    const ::sockaddr_in& as_posix_sockaddr_in() const noexcept { return u.in; }
    const ::sockaddr_in6& as_posix_sockaddr_in6() const noexcept { return u.in6; }

    net::inet_address addr() const noexcept;
    uint16_t port() const noexcept;
    bool is_wildcard() const noexcept;

    bool operator==(const socket_address& other) const noexcept;
};

std::ostream& operator<<(std::ostream&, const socket_address&);

namespace internal {
/// As the stream operator prints it: "127.0.0.1:80", "[::1]:80", a path.
std::string to_string(const socket_address&);
std::string to_string(const unix_domain_addr&);
std::string to_string(const ipv4_addr&);
std::string to_string(const ipv6_addr&);

template <typename T, std::string (*text)(const T&) = to_string>
struct text_formatter : fmt::formatter<std::string_view> {
    template <typename Context>
    auto format(const T& value, Context& ctx) const {
        return fmt::formatter<std::string_view>::format(text(value), ctx);
    }
};
}

/// How much a connection reads ahead of its reader: not less than min, not more than max bytes.
struct connected_socket_input_stream_config final {
    unsigned buffer_size = 8192;
    unsigned min_buffer_size = 512;
    unsigned max_buffer_size = 128 * 1024;
};

enum class transport { TCP = IPPROTO_TCP, SCTP = IPPROTO_SCTP };

/// An IPv4 address and port, in host order. From text it takes "1.2.3.4", "1.2.3.4:80"; anything else throws
/// std::invalid_argument.
struct ipv4_addr {
    uint32_t ip;
    uint16_t port;

    ipv4_addr() noexcept : ip(0), port(0) {}
    ipv4_addr(uint32_t ip, uint16_t port) noexcept : ip(ip), port(port) {}
    ipv4_addr(uint16_t port) noexcept : ip(0), port(port) {}
    ipv4_addr(const std::string& addr);
    ipv4_addr(const std::string& addr, uint16_t port);
    ipv4_addr(const net::inet_address& addr, uint16_t port);
    ipv4_addr(const socket_address& addr) noexcept;
    ipv4_addr(const ::in_addr& addr, uint16_t port = 0) noexcept;

    bool is_ip_unspecified() const noexcept { return ip == 0; }
    bool is_port_unspecified() const noexcept { return port == 0; }
    friend bool operator==(const ipv4_addr&, const ipv4_addr&) noexcept = default;
};

/// An IPv6 address and port. From text: "::1", "[::1]:80".
struct ipv6_addr {
    using ipv6_bytes = std::array<uint8_t, 16>;
    ipv6_bytes ip;
    uint16_t port;

    ipv6_addr(const ipv6_bytes& ip, uint16_t port = 0) noexcept : ip(ip), port(port) {}
    ipv6_addr(uint16_t port = 0) noexcept : ip{}, port(port) {}
    ipv6_addr(const std::string& addr);
    ipv6_addr(const std::string& addr, uint16_t port);
    ipv6_addr(const net::inet_address& addr, uint16_t port = 0) noexcept;
    ipv6_addr(const ::in6_addr& addr, uint16_t port = 0) noexcept;
    ipv6_addr(const ::sockaddr_in6& addr) noexcept;
    ipv6_addr(const socket_address& addr) noexcept;

    bool is_ip_unspecified() const noexcept;
    bool is_port_unspecified() const noexcept { return port == 0; }
    friend bool operator==(const ipv6_addr&, const ipv6_addr&) noexcept = default;
};

std::ostream& operator<<(std::ostream&, const ipv4_addr&);
std::ostream& operator<<(std::ostream&, const ipv6_addr&);

/// `{port}`, `{"1.2.3.4", port}` ... as the address to listen on or connect to.
inline socket_address make_ipv4_address(ipv4_addr addr) noexcept { return socket_address(addr); }
inline socket_address make_ipv4_address(uint32_t ip, uint16_t port) noexcept {
    return socket_address(ipv4_addr(ip, port));
}

inline bool is_ip_unspecified(const ipv4_addr& addr) noexcept { return addr.is_ip_unspecified(); }
inline bool is_port_unspecified(const ipv4_addr& addr) noexcept { return addr.is_port_unspecified(); }

}

namespace std {
template <typename T>
struct hash;
template <>
struct hash<seastar::socket_address> {
    size_t operator()(const seastar::socket_address&) const noexcept;
};
template <>
struct hash<seastar::ipv4_addr> {
    size_t operator()(const seastar::ipv4_addr& a) const noexcept { return (size_t(a.ip) << 16) ^ a.port; }
};
}

template <>
struct fmt::formatter<seastar::socket_address> : seastar::internal::text_formatter<seastar::socket_address> {};
template <>
struct fmt::formatter<seastar::unix_domain_addr> : seastar::internal::text_formatter<seastar::unix_domain_addr> {};
template <>
struct fmt::formatter<seastar::ipv4_addr> : seastar::internal::text_formatter<seastar::ipv4_addr> {};
template <>
struct fmt::formatter<seastar::ipv6_addr> : seastar::internal::text_formatter<seastar::ipv6_addr> {};
