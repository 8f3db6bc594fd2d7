#include <seastar/net/socket_defs.hh>

#include <seastar/net/inet_address.hh>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

namespace seastar::net {
namespace {

template <typename T>
void expect_printed(const T& value, const char* text) {
    EXPECT_EQ(fmt::format("{}", value), text);
    std::ostringstream os;
    os << value;
    EXPECT_EQ(os.str(), text);
}

TEST(Addresses, PrintOnStreamsAndThroughFmt) {
    expect_printed(inet_address("1.2.3.4"), "1.2.3.4");
    expect_printed(inet_address("fe80::1%3"), "fe80::1%3");
    expect_printed(inet_address::family::INET6, "INET6");
    expect_printed(ipv4_addr("1.2.3.4", 80), "1.2.3.4:80");
    expect_printed(ipv6_addr("::1", 80), "[::1]:80");
    expect_printed(socket_address(ipv6_addr("::1", 80)), "[::1]:80");
    expect_printed(unix_domain_addr("/run/x"), "/run/x");
    EXPECT_EQ(fmt::format("{:>10}", inet_address("1.2.3.4")), "   1.2.3.4");
}

}
}
