#include "interfaces.hh"

#include "fd.hh"
#include "operating_system.hh"
#include "sockets.hh"
#include "syscall.hh"

#include <algorithm>
#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>

namespace seastar::kernel {

namespace {

interface_info& named(std::vector<interface_info>& all, const char* name) {
    auto it = std::find_if(all.begin(), all.end(), [name](auto& i) { return i.name == name; });
    if (it == all.end()) {
        it = all.emplace(all.end());
        it->name = name;
        it->index = ::if_nametoindex(name);
    }
    return *it;
}

void add_address(interface_info& to, const sockaddr& address) {
    if (address.sa_family == AF_PACKET) {
        sockaddr_ll link;
        std::memcpy(&link, &address, sizeof(link));
        auto length = std::min<size_t>(link.sll_halen, sizeof(link.sll_addr));
        to.hardware_address.assign(link.sll_addr, link.sll_addr + length);
    } else if (address.sa_family == AF_INET || address.sa_family == AF_INET6) {
        auto& storage = to.addresses.emplace_back();
        std::memcpy(&storage, &address, address.sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    }
}

unsigned read_mtu(int socket, const std::string& name) noexcept {
    ifreq request{};
    name.copy(request.ifr_name, sizeof(request.ifr_name) - 1);
    int result = retry([&] { return ::ioctl(socket, SIOCGIFMTU, &request); });
    return result == 0 ? static_cast<unsigned>(request.ifr_mtu) : 0;
}

}

int list_interfaces(std::vector<interface_info>& result) {
    if (substitute()) {
        return -EOPNOTSUPP;
    }
    ifaddrs* first = nullptr;
    if (int error = retry([&] { return ::getifaddrs(&first); }); error < 0) {
        return error;
    }
    std::unique_ptr<ifaddrs, decltype([](ifaddrs* a) { ::freeifaddrs(a); })> list(first);
    descriptor socket(open_socket(AF_INET, SOCK_DGRAM));
    for (auto* a = first; a; a = a->ifa_next) {
        auto& i = named(result, a->ifa_name);
        i.up = a->ifa_flags & IFF_UP;
        i.loopback = a->ifa_flags & IFF_LOOPBACK;
        if (a->ifa_addr) {
            add_address(i, *a->ifa_addr);
        }
    }
    for (auto& i : result) {
        i.mtu = read_mtu(socket.get(), i.name);
    }
    return 0;
}

}
