/// The machine's network interfaces, as they are now.
#pragma once

#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace seastar::kernel {

struct interface_info {
    std::string name;
    unsigned index = 0;
    unsigned mtu = 0;
    bool up = false;
    bool loopback = false;
    std::vector<uint8_t> hardware_address;
    std::vector<sockaddr_storage> addresses; ///< IPv4 and IPv6
    interface_info() noexcept {}
};

/// Appends one for each interface. Returns 0 or -errno.
int list_interfaces(std::vector<interface_info>& result);

}
