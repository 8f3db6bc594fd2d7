#include <seastar/net/socket_defs.hh>

#include <seastar/net/inet_address.hh> // tidy-allow(cycle): addresses of all kinds convert into each other

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <ostream>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace seastar {

namespace {

uint16_t parse_port(std::string_view text, const std::string& whole) {
    uint16_t port = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (ec != std::errc() || end != text.data() + text.size() || text.empty()) {
        throw std::invalid_argument("not an address with a port: '" + whole + "'");
    }
    return port;
}

}

socket_address::socket_address() noexcept : addr_length(sizeof(u.sas)) {
    std::memset(&u, 0, sizeof(u));
    u.sa.sa_family = AF_UNSPEC;
}

socket_address::socket_address(const sockaddr_in& sa) noexcept : socket_address() {
    u.in = sa;
    addr_length = sizeof(sa);
}

socket_address::socket_address(const sockaddr_in6& sa) noexcept : socket_address() {
    u.in6 = sa;
    addr_length = sizeof(sa);
}

socket_address::socket_address(uint16_t port) noexcept : socket_address(ipv4_addr(port)) {}

socket_address::socket_address(ipv4_addr addr) noexcept : socket_address() {
    u.in.sin_family = AF_INET;
    u.in.sin_port = htons(addr.port);
    u.in.sin_addr.s_addr = htonl(addr.ip);
    addr_length = sizeof(u.in);
}

socket_address::socket_address(const ipv6_addr& addr, uint32_t scope) noexcept : socket_address() {
    u.in6.sin6_family = AF_INET6;
    u.in6.sin6_port = htons(addr.port);
    u.in6.sin6_scope_id = scope == net::inet_address::invalid_scope ? 0 : scope;
    std::memcpy(&u.in6.sin6_addr, addr.ip.data(), addr.ip.size());
    addr_length = sizeof(u.in6);
}

socket_address::socket_address(const ipv6_addr& addr) noexcept
    : socket_address(addr, net::inet_address::invalid_scope) {}

socket_address::socket_address(const net::inet_address& addr, uint16_t port) noexcept
    : socket_address(addr.is_ipv6() ? socket_address(ipv6_addr(addr, port), addr.scope())
                                    : socket_address(ipv4_addr(addr, port))) {}

socket_address::socket_address(const unix_domain_addr& addr) noexcept : socket_address() {
    u.un.sun_family = AF_UNIX;
    auto size = std::min<size_t>(static_cast<size_t>(addr.path_length()), sizeof(u.un.sun_path));
    std::memcpy(u.un.sun_path, addr.path_bytes(), size);
    addr_length = static_cast<socklen_t>(offsetof(::sockaddr_un, sun_path) + size);
}

socket_address::socket_address(const ::sockaddr* address, socklen_t length) noexcept : socket_address() {
    addr_length = std::min<socklen_t>(length, sizeof(u.sas));
    std::memcpy(&u.sas, address, addr_length);
}

net::inet_address socket_address::addr() const noexcept {
    if (family() == AF_INET6) {
        auto scope = u.in6.sin6_scope_id;
        return net::inet_address(u.in6.sin6_addr, scope ? scope : net::inet_address::invalid_scope);
    }
    return net::inet_address(u.in.sin_addr);
}

uint16_t socket_address::port() const noexcept {
    return family() == AF_INET6 ? ntohs(u.in6.sin6_port) : family() == AF_INET ? ntohs(u.in.sin_port) : 0;
}

bool socket_address::is_wildcard() const noexcept {
    switch (family()) {
    case AF_INET:
        return u.in.sin_addr.s_addr == INADDR_ANY && u.in.sin_port == 0;
    case AF_INET6:
        return IN6_IS_ADDR_UNSPECIFIED(&u.in6.sin6_addr) && u.in6.sin6_port == 0;
    default:
        return length() <= sizeof(sa_family_t);
    }
}

bool socket_address::operator==(const socket_address& o) const noexcept {
    if (family() != o.family()) {
        return false;
    }
    switch (family()) {
    case AF_INET:
        return u.in.sin_port == o.u.in.sin_port && u.in.sin_addr.s_addr == o.u.in.sin_addr.s_addr;
    case AF_INET6:
        return u.in6.sin6_port == o.u.in6.sin6_port && u.in6.sin6_scope_id == o.u.in6.sin6_scope_id &&
               std::memcmp(&u.in6.sin6_addr, &o.u.in6.sin6_addr, sizeof(u.in6.sin6_addr)) == 0;
    case AF_UNSPEC:
        return true;
    default:
        return addr_length == o.addr_length && std::memcmp(&u, &o.u, addr_length) == 0;
    }
}

ipv4_addr::ipv4_addr(const std::string& addr) : ip(0), port(0) {
    auto colon = addr.find(':');
    ip = net::ipv4_address(addr.substr(0, colon)).ip;
    if (colon != std::string::npos) {
        port = parse_port(std::string_view(addr).substr(colon + 1), addr);
    }
}

ipv4_addr::ipv4_addr(const std::string& addr, uint16_t port) : ip(net::ipv4_address(addr).ip), port(port) {}

ipv4_addr::ipv4_addr(const net::inet_address& addr, uint16_t port) : ip(addr.as_ipv4_address().ip), port(port) {}

ipv4_addr::ipv4_addr(const socket_address& addr) noexcept
    : ip(ntohl(addr.u.in.sin_addr.s_addr)), port(addr.port()) {}

ipv4_addr::ipv4_addr(const ::in_addr& addr, uint16_t port) noexcept : ip(ntohl(addr.s_addr)), port(port) {}

ipv6_addr::ipv6_addr(const std::string& addr) : ip{}, port(0) {
    auto end = addr.size();
    std::string host = addr;
    if (!addr.empty() && addr[0] == '[') {
        end = addr.find(']');
        if (end == std::string::npos) {
            throw std::invalid_argument("not an IPv6 address: '" + addr + "'");
        }
        host = addr.substr(1, end - 1);
        if (end + 1 < addr.size() && addr[end + 1] == ':') {
            port = parse_port(std::string_view(addr).substr(end + 2), addr);
        }
    }
    ip = net::ipv6_address(host).ip;
}

ipv6_addr::ipv6_addr(const std::string& addr, uint16_t port) : ip(net::ipv6_address(addr).ip), port(port) {}

ipv6_addr::ipv6_addr(const net::inet_address& addr, uint16_t port) noexcept
    : ip(addr.as_ipv6_address().ip), port(port) {}

ipv6_addr::ipv6_addr(const ::in6_addr& addr, uint16_t port) noexcept : ip(net::ipv6_address(addr).ip), port(port) {}

ipv6_addr::ipv6_addr(const ::sockaddr_in6& addr) noexcept : ipv6_addr(addr.sin6_addr, ntohs(addr.sin6_port)) {}

ipv6_addr::ipv6_addr(const socket_address& addr) noexcept : ipv6_addr(addr.u.in6) {}

bool ipv6_addr::is_ip_unspecified() const noexcept { return ip == ipv6_bytes{}; }

namespace internal {

std::string to_string(const unix_domain_addr& a) {
    std::string text(a.path_bytes(), a.name.size());
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\0' && i == 0) {
            text[i] = '@';
        } else if (text[i] < ' ' || text[i] == '\x7f') {
            text[i] = '_';
        }
    }
    return text;
}

std::string to_string(const ipv4_addr& a) {
    return to_string(net::inet_address(a)) + ":" + std::to_string(a.port);
}

std::string to_string(const ipv6_addr& a) {
    return "[" + to_string(net::inet_address(a)) + "]:" + std::to_string(a.port);
}

std::string to_string(const socket_address& a) {
    switch (a.family()) {
    case AF_INET:
        return to_string(ipv4_addr(a));
    case AF_INET6:
        return "[" + to_string(a.addr()) + "]:" + std::to_string(a.port());
    case AF_UNIX: {
        auto header = offsetof(::sockaddr_un, sun_path);
        if (a.length() <= header) {
            return "{unnamed socket}";
        }
        std::string name(a.u.un.sun_path, a.length() - header);
        if (name[0] != '\0') {
            name.resize(std::strlen(name.c_str()));
        }
        return to_string(unix_domain_addr(name));
    }
    default:
        return "{unspecified address}";
    }
}

}

std::ostream& operator<<(std::ostream& os, const unix_domain_addr& a) { return os << internal::to_string(a); }
std::ostream& operator<<(std::ostream& os, const socket_address& a) { return os << internal::to_string(a); }
std::ostream& operator<<(std::ostream& os, const ipv4_addr& a) { return os << internal::to_string(a); }
std::ostream& operator<<(std::ostream& os, const ipv6_addr& a) { return os << internal::to_string(a); }

}

size_t std::hash<seastar::socket_address>::operator()(const seastar::socket_address& a) const noexcept {
    if (a.family() == AF_INET || a.family() == AF_INET6) {
        return std::hash<seastar::net::inet_address>()(a.addr()) * 31 + a.port();
    }
    return std::hash<std::string_view>()(std::string_view(reinterpret_cast<const char*>(&a.u), a.length()));
}

// The formatters of addresses lead to this function, which programs have only declared where they include no more of
// fmt than our headers do (fmt/core.h): here it is.
template fmt::format_context::iterator fmt::formatter<fmt::string_view>::format(const fmt::string_view&,
                                                                                fmt::format_context&) const;
