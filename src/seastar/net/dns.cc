#include <seastar/net/dns.hh>

#include "net/host_names.hh"

#include <seastar/core/lowres_clock.hh>
#include <seastar/core/with_timeout.hh>

#include <stdexcept>
#include <utility>

namespace seastar::net {
namespace {

hostent made_of(const kernel::host& found) {
    hostent h;
    h.names.emplace_back(found.canonical_name);
    for (auto& e : found.addresses) {
        h.addr_list.push_back(internal::address_in(e.storage));
        h.addr_entries.push_back({h.addr_list.back(), std::chrono::seconds(0)});
    }
    return h;
}

}

namespace dns {

const std::error_category& error_category() { return names_error_category(); }

future<hostent> get_host_by_name(const sstring& name, opt_family family) {
    return ask_for_host(name, family ? static_cast<int>(*family) : AF_UNSPEC).then(made_of);
}

future<hostent> get_host_by_addr(const inet_address& address) {
    return resolve_addr(address).then([address](sstring name) {
        hostent h;
        h.names.push_back(std::move(name));
        h.addr_list.push_back(address);
        h.addr_entries.push_back({address, std::chrono::seconds(0)});
        return h;
    });
}

future<inet_address> resolve_name(const sstring& name, opt_family family) {
    return get_host_by_name(name, family).then([](hostent h) { return h.addr_list.front(); });
}

future<sstring> resolve_addr(const inet_address& address) { return address.hostname(); }

future<srv_records> get_srv_records(dns_resolver::srv_proto protocol, const sstring& service, const sstring& domain) {
    auto over = protocol == dns_resolver::srv_proto::tcp ? "._tcp." : "._udp.";
    auto name = "_" + service + over + domain;
    return ask_for_services(name).then([](std::vector<kernel::service_record> found) {
        srv_records records;
        for (auto& r : found) {
            records.push_back({r.priority, r.weight, r.port, sstring(r.target)});
        }
        return records;
    });
}

}

dns_resolver::dns_resolver(const options& o) : _timeout(o.timeout) {
    if (o.use_tcp_query || o.servers || o.tcp_port || o.udp_port || o.domains) {
        throw std::invalid_argument("dns_resolver: servers, ports and domains are those of /etc/resolv.conf");
    }
}

dns_resolver::dns_resolver(network_stack&, const options& o) : dns_resolver(o) {}

template <typename Ask>
auto dns_resolver::limited(Ask ask) {
    return with_gate(_asked, [this, &ask] {
        auto answer = ask();
        return _timeout ? with_timeout(lowres_clock::now() + *_timeout, std::move(answer)) : std::move(answer);
    });
}

future<hostent> dns_resolver::get_host_by_name(const sstring& name, opt_family family) {
    return limited([&] { return dns::get_host_by_name(name, family); });
}

future<hostent> dns_resolver::get_host_by_addr(const inet_address& address) {
    return limited([&] { return dns::get_host_by_addr(address); });
}

future<inet_address> dns_resolver::resolve_name(const sstring& name, opt_family family) {
    return limited([&] { return dns::resolve_name(name, family); });
}

future<sstring> dns_resolver::resolve_addr(const inet_address& address) {
    return limited([&] { return dns::resolve_addr(address); });
}

future<srv_records> dns_resolver::get_srv_records(srv_proto protocol, const sstring& service, const sstring& domain) {
    return limited([&] { return dns::get_srv_records(protocol, service, domain); });
}

}
