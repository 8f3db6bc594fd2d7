#include "net/posix/network_stack.hh"

#include <seastar/net/stack.hh>

#include "kernel/interfaces.hh"
#include "net/posix/datagram.hh"
#include "net/posix/listener.hh"
#include "net/posix/posix_socket.hh"

#include <algorithm>
#include <system_error>

namespace seastar::net::posix {

namespace {

class posix_network_interface final : public network_interface_impl {
    kernel::interface_info _info;
    sstring _name;
    std::vector<inet_address> _addresses;

public:
    explicit posix_network_interface(kernel::interface_info info) : _info(std::move(info)), _name(_info.name) {
        for (auto& a : _info.addresses) {
            _addresses.push_back(socket_address(reinterpret_cast<const sockaddr*>(&a), sizeof(a)).addr());
        }
    }
    uint32_t index() const override { return _info.index; }
    uint32_t mtu() const override { return _info.mtu; }
    const sstring& name() const override { return _name; }
    const sstring& display_name() const override { return _name; }
    const std::vector<inet_address>& addresses() const override { return _addresses; }
    const std::vector<uint8_t>& hardware_address() const override { return _info.hardware_address; }
    bool is_loopback() const override { return _info.loopback; }
    bool is_virtual() const override { return false; }
    bool is_up() const override { return _info.up; }
    bool supports_ipv6() const override {
        return std::any_of(_addresses.begin(), _addresses.end(), [](auto& a) { return a.is_ipv6(); });
    }
};

class posix_network_stack final : public network_stack {
public:
    server_socket listen(socket_address sa, listen_options options) override {
        return server_socket(posix::listen(sa, std::move(options)));
    }
    ::seastar::socket socket() override { return ::seastar::socket(posix::make_socket()); }
    datagram_channel make_unbound_datagram_channel(sa_family_t family) override {
        return make_datagram_channel(family);
    }
    datagram_channel make_bound_datagram_channel(const socket_address& local) override {
        return make_datagram_channel(local);
    }
    bool has_per_core_namespace() override { return false; }
    bool supports_ipv6() const override { return true; }
    std::vector<network_interface> network_interfaces() override {
        std::vector<kernel::interface_info> found;
        if (int error = kernel::list_interfaces(found); error < 0) {
            throw std::system_error(-error, std::system_category(), "getifaddrs");
        }
        std::vector<network_interface> result;
        for (auto& info : found) {
            result.emplace_back(make_shared<posix_network_interface>(std::move(info)));
        }
        return result;
    }
};

}

std::unique_ptr<network_stack> make_network_stack() { return std::make_unique<posix_network_stack>(); }

}
