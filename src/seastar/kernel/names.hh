/// Names of hosts and services, by the C library: /etc/hosts, DNS, and whatever else /etc/nsswitch.conf says.
///
/// These calls block, for many seconds where servers do not answer: not for a shard's thread. They return 0 or an EAI_
/// code of getaddrinfo(3). Under a substitute nothing is asked, and only addresses in numbers are found.
#pragma once

#include "endpoint.hh"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace seastar::kernel {

struct host {
    std::string canonical_name;
    std::vector<endpoint> addresses; ///< the best first (RFC 6724); ports are 0
};
/// `family`: AF_INET, AF_INET6, or AF_UNSPEC for both.
int find_host(const char* name, int family, host& result) noexcept;

/// The name that belongs to an address.
int find_name(const endpoint& address, std::string& name) noexcept;

/// An SRV record (RFC 2782).
struct service_record {
    uint16_t priority;
    uint16_t weight;
    uint16_t port;
    std::string target;
};
/// `name` as in "_imap._tcp.example.com".
int find_services(const char* name, std::vector<service_record>& result) noexcept;
/// The records in a DNS message (RFC 1035), which may be anything.
int parse_services(std::span<const unsigned char> message, std::vector<service_record>& result) noexcept;

}
