/// Names of hosts: addresses for names, names for addresses, and services (SRV records).
///
/// Asked is the C library, and with it /etc/hosts, DNS as /etc/resolv.conf describes it, and whatever else this system
/// looks names up in; on threads beside the shard, two at a time per shard. Nothing is cached here. A program that ends
/// waits for what is being asked. Failures are std::system_error of dns::error_category(), and say which name.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/gate.hh>
#include <seastar/core/internal/chrono.hh>
#include <seastar/core/sstring.hh>
#include <seastar/net/inet_address.hh>

#include <cstdint>
#include <optional>
#include <system_error>
#include <vector>

namespace seastar {

class network_stack;

namespace net {

struct hostent {
    struct address_entry {
        inet_address addr;
        std::chrono::seconds ttl{0}; ///< Compat: always 0, for the C library does not tell
    };
    std::vector<sstring> names; ///< the official one first
    std::vector<inet_address> addr_list; ///< the best first
    std::vector<address_entry> addr_entries; ///< the same once more
};

/// Both families when there is none.
using opt_family = std::optional<inet_address::family>;

/// RFC 2782.
struct srv_record {
    unsigned short priority = 0;
    unsigned short weight = 0;
    unsigned short port = 0;
    sstring target;
};
using srv_records = std::vector<srv_record>;

/// Asks for names. Shard: one. close() before it goes. Its members are the functions of namespace dns, with options.
class dns_resolver {
public:
    enum class srv_proto { tcp, udp };

    /// Compat: all but `timeout` are what /etc/resolv.conf says, and refused here with std::invalid_argument.
    struct options {
        std::optional<bool> use_tcp_query;
        std::optional<std::vector<inet_address>> servers;
        std::optional<std::chrono::milliseconds> timeout; ///< fails then with timed_out_error
        std::optional<uint16_t> tcp_port, udp_port;
        std::optional<std::vector<sstring>> domains;

        options() noexcept {} // not an aggregate: g++ 12 destroys those twice in co_await expressions
    };

    dns_resolver() = default;
    explicit dns_resolver(const options& o);
    explicit dns_resolver(network_stack& stack, const options& o = {});

    future<hostent> get_host_by_name(const sstring& name, opt_family family = {});
    future<hostent> get_host_by_addr(const inet_address& address);
    future<inet_address> resolve_name(const sstring& name, opt_family family = {});
    future<sstring> resolve_addr(const inet_address& address);
    future<srv_records> get_srv_records(srv_proto protocol, const sstring& service, const sstring& domain);
    /// Waits for what was asked.
    future<> close() { return _asked.close(); }

private:
    template <typename Ask>
    auto limited(Ask ask);

    std::optional<std::chrono::milliseconds> _timeout;
    gate _asked;
};

namespace dns {

future<hostent> get_host_by_name(const sstring& name, opt_family family = {});
future<hostent> get_host_by_addr(const inet_address& address);
/// The best address of a name. An address in numbers is one.
future<inet_address> resolve_name(const sstring& name, opt_family family = {});
/// The official name of an address.
future<sstring> resolve_addr(const inet_address& address);
/// "imap" over tcp in "example.com": the records of "_imap._tcp.example.com", in the server's order.
future<srv_records> get_srv_records(dns_resolver::srv_proto protocol, const sstring& service, const sstring& domain);

/// The values are the EAI_ codes of getaddrinfo(3).
const std::error_category& error_category();

}
}
}
