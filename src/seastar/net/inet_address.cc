#include <seastar/net/inet_address.hh>

#include "net/host_names.hh"

#include <cstdlib>
#include <cstring>
#include <ostream>

#include <arpa/inet.h>
#include <net/if.h>

namespace seastar::net {

namespace {

[[noreturn]] void throw_not_an_address(std::string_view text) {
    throw std::invalid_argument("not a numeric IP address: '" + std::string(text) + "'");
}

}

ipv4_address::ipv4_address(const std::string& addr) {
    ::in_addr in;
    if (::inet_pton(AF_INET, addr.c_str(), &in) != 1) {
        throw_not_an_address(addr);
    }
    ip = ntohl(in.s_addr);
}

ipv6_address::ipv6_address(const ::in6_addr& addr) noexcept { std::memcpy(ip.data(), &addr, ip.size()); }

ipv6_address::ipv6_address(const std::string& addr) {
    if (::inet_pton(AF_INET6, addr.c_str(), ip.data()) != 1) {
        throw_not_an_address(addr);
    }
}

inet_address::inet_address() noexcept : inet_address(family::INET) {}

inet_address::inet_address(family f) noexcept : _in_family(f), _in6{} {}

inet_address::inet_address(::in_addr addr) noexcept : inet_address(family::INET) { _in = addr; }

inet_address::inet_address(::in6_addr addr, uint32_t scope) noexcept : inet_address(family::INET6) {
    _in6 = addr;
    _scope = scope;
}

inet_address::inet_address(const ipv4_address& addr) noexcept : inet_address(family::INET) {
    _in.s_addr = htonl(addr.ip);
}

inet_address::inet_address(const ipv6_address& addr, uint32_t scope) noexcept : inet_address(family::INET6) {
    std::memcpy(&_in6, addr.ip.data(), addr.ip.size());
    _scope = scope;
}

inet_address::inet_address(const sstring& text) : inet_address() {
    auto parsed = parse_numerical(text);
    if (!parsed) {
        throw_not_an_address(std::string_view(text));
    }
    *this = *parsed;
}

std::optional<inet_address> inet_address::parse_numerical(const sstring& text) {
    ::in_addr in;
    if (::inet_pton(AF_INET, text.c_str(), &in) == 1) {
        return inet_address(in);
    }
    std::string name(text.data(), text.size());
    auto scope = invalid_scope;
    if (auto at = name.find('%'); at != std::string::npos) {
        auto zone = name.substr(at + 1);
        name.resize(at);
        char* end = nullptr;
        auto number = std::strtoul(zone.c_str(), &end, 10);
        scope = !zone.empty() && *end == '\0' ? static_cast<uint32_t>(number) : ::if_nametoindex(zone.c_str());
        if (scope == 0) {
            return std::nullopt;
        }
    }
    ::in6_addr in6;
    if (::inet_pton(AF_INET6, name.c_str(), &in6) == 1) {
        return inet_address(in6, scope);
    }
    return std::nullopt;
}

bool inet_address::is_loopback() const noexcept {
    return is_ipv4() ? (ntohl(_in.s_addr) >> 24) == 127 : IN6_IS_ADDR_LOOPBACK(&_in6) != 0;
}

bool inet_address::is_addr_any() const noexcept {
    return is_ipv4() ? _in.s_addr == INADDR_ANY : IN6_IS_ADDR_UNSPECIFIED(&_in6) != 0;
}

inet_address::operator const ::in_addr&() const {
    if (!is_ipv4()) {
        throw std::invalid_argument("not an IPv4 address");
    }
    return _in;
}

inet_address::operator const ::in6_addr&() const {
    if (!is_ipv6()) {
        throw std::invalid_argument("not an IPv6 address");
    }
    return _in6;
}

ipv4_address inet_address::as_ipv4_address() const {
    return ipv4_address(ntohl(static_cast<const ::in_addr&>(*this).s_addr));
}

ipv6_address inet_address::as_ipv6_address() const noexcept {
    if (is_ipv6()) {
        return ipv6_address(_in6);
    }
    // The IPv4-mapped form, RFC 4291 section 2.5.5.2.
    ipv6_address mapped;
    mapped.ip[10] = mapped.ip[11] = 0xff;
    std::memcpy(mapped.ip.data() + 12, &_in, 4);
    return mapped;
}

inet_address::operator ipv6_addr() const noexcept { return ipv6_addr(as_ipv6_address().ip); }

bool inet_address::operator==(const inet_address& o) const noexcept {
    return _in_family == o._in_family && _scope == o._scope && std::memcmp(data(), o.data(), size()) == 0;
}

future<sstring> inet_address::hostname() const {
    kernel::endpoint e;
    if (is_ipv6()) {
        sockaddr_in6 in6{};
        in6.sin6_family = AF_INET6;
        in6.sin6_addr = _in6;
        in6.sin6_scope_id = _scope == invalid_scope ? 0 : _scope;
        e.length = sizeof(in6);
        std::memcpy(&e.storage, &in6, sizeof(in6));
    } else {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        in.sin_addr = _in;
        e.length = sizeof(in);
        std::memcpy(&e.storage, &in, sizeof(in));
    }
    return ask_for_name(e, internal::to_string(*this));
}

future<std::vector<sstring>> inet_address::aliases() const {
    return hostname().then([](sstring name) { return std::vector<sstring>{std::move(name)}; });
}

namespace {

future<std::vector<inet_address>> all_of(const sstring& name, int family) {
    return ask_for_host(name, family).then([](kernel::host found) {
        std::vector<inet_address> all;
        for (auto& e : found.addresses) {
            all.push_back(internal::address_in(e.storage));
        }
        return all;
    });
}

inet_address first(std::vector<inet_address> all) { return all.front(); }

}

future<std::vector<inet_address>> inet_address::find_all(const sstring& name) { return all_of(name, AF_UNSPEC); }

future<std::vector<inet_address>> inet_address::find_all(const sstring& name, family f) {
    return all_of(name, static_cast<int>(f));
}

future<inet_address> inet_address::find(const sstring& name) { return find_all(name).then(first); }

future<inet_address> inet_address::find(const sstring& name, family f) { return find_all(name, f).then(first); }

std::ostream& operator<<(std::ostream& os, const inet_address& a) { return os << internal::to_string(a); }

std::ostream& operator<<(std::ostream& os, inet_address::family f) { return os << internal::to_string(f); }

}

namespace seastar::internal {

net::inet_address address_in(const ::sockaddr_storage& storage) noexcept {
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 in6;
        std::memcpy(&in6, &storage, sizeof(in6));
        return {in6.sin6_addr, in6.sin6_scope_id ? in6.sin6_scope_id : net::inet_address::invalid_scope};
    }
    sockaddr_in in;
    std::memcpy(&in, &storage, sizeof(in));
    return {in.sin_addr};
}

std::string to_string(const net::inet_address& a) {
    char text[INET6_ADDRSTRLEN];
    ::inet_ntop(static_cast<int>(a.in_family()), a.data(), text, sizeof(text));
    std::string result = text;
    if (a.scope() != net::inet_address::invalid_scope) {
        result += '%';
        result += std::to_string(a.scope());
    }
    return result;
}

std::string to_string(const net::inet_address::family& f) {
    return f == net::inet_address::family::INET ? "INET" : "INET6";
}

}

size_t std::hash<seastar::net::inet_address>::operator()(const seastar::net::inet_address& a) const noexcept {
    return std::hash<std::string_view>()(std::string_view(static_cast<const char*>(a.data()), a.size()));
}
