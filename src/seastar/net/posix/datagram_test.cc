#include "net/net_fixture.hh"

#include <seastar/net/packet.hh>

#include "net/posix/network_stack.hh"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace seastar::net {
namespace {

class Datagrams : public net_fixture {
protected:
    static datagram_channel bound() { return make_bound_datagram_channel(anywhere()); }
    static std::string text(datagram& d) {
        std::string s;
        for (auto& b : d.get_buffers()) {
            s.append(b.get(), b.size());
        }
        return s;
    }
};
INSTANTIATE_TEST_SUITE_P(, Datagrams, both_rings(), backend_name);

TEST_P(Datagrams, ArriveWholeWithBothAddresses) {
    auto a = bound(), b = bound();
    auto waiting = b.receive();
    EXPECT_FALSE(waiting.available());
    run(a.send(b.local_address(), "hello"));
    run(a.send(b.local_address(), packet("world", 5)));
    auto first = run(std::move(waiting));
    EXPECT_EQ(text(first), "hello");
    EXPECT_EQ(first.get_src(), a.local_address());
    EXPECT_EQ(first.get_dst(), b.local_address());
    EXPECT_EQ(first.get_dst_port(), b.local_address().port());
    auto second = run(b.receive());
    EXPECT_EQ(second.get_data().len(), 5u);
}

TEST_P(Datagrams, KeepTheirEdgesWhateverTheirSize) {
    auto a = bound(), b = bound();
    run(a.send(b.local_address(), packet()));
    EXPECT_EQ(run(b.receive()).get_data().len(), 0u);
    std::string large(60'000, 'x');
    run(a.send(b.local_address(), packet(large.data(), large.size())));
    auto d = run(b.receive());
    EXPECT_TRUE(text(d) == large);
    EXPECT_EQ(error_of(a.send(b.local_address(), packet(std::string(70'000, 'x').data(), 70'000))), EMSGSIZE);
}

TEST_P(Datagrams, AreSentInFragments) {
    auto a = bound(), b = bound();
    std::vector<temporary_buffer<char>> buffers;
    for (int i = 0; i < 2000; ++i) { // more than the kernel takes at once
        buffers.emplace_back("ab", 2);
    }
    run(a.send(b.local_address(), std::span(buffers)));
    EXPECT_EQ(run(b.receive()).get_data().len(), 4000u);
}

TEST_P(Datagrams, AnUnboundChannelGetsAnAddressWhenItSends) {
    auto a = make_unbound_datagram_channel(AF_INET);
    auto b = bound();
    run(a.send(b.local_address(), "x"));
    auto d = run(b.receive());
    run(b.send(d.get_src(), "y"));
    auto answer = run(a.receive());
    EXPECT_EQ(text(answer), "y");
    EXPECT_NE(a.local_address().port(), 0);
}

TEST_P(Datagrams, TheDestinationIsKnownWhereAllAddressesAreBound) {
    auto all = make_bound_datagram_channel(socket_address(ipv4_addr(0)));
    auto a = bound();
    run(a.send(socket_address(ipv4_addr("127.0.0.1", all.local_address().port())), "x"));
    EXPECT_EQ(run(all.receive()).get_dst().addr(), inet_address("127.0.0.1"));
}

TEST_P(Datagrams, ClosingBreaksOffTheReceiverAndFreesThePort) {
    auto a = bound();
    auto address = a.local_address();
    auto waiting = a.receive();
    EXPECT_FALSE(a.is_closed());
    a.close();
    EXPECT_EQ(error_of(std::move(waiting)), ECONNABORTED);
    EXPECT_TRUE(a.is_closed());
    EXPECT_EQ(error_of(a.receive()), ECONNABORTED);
    EXPECT_EQ(error_of(a.send(address, "x")), EPIPE);
    settle();
    auto again = make_bound_datagram_channel(address);
    EXPECT_EQ(again.local_address(), address);
}

TEST_P(Datagrams, TheInputCanBeShutDownAlone) {
    auto a = bound(), b = bound();
    auto waiting = a.receive();
    a.shutdown_input();
    EXPECT_EQ(error_of(std::move(waiting)), ECONNABORTED);
    run(a.send(b.local_address(), "x"));
    EXPECT_EQ(run(b.receive()).get_data().len(), 1u);
    b.shutdown_output();
    EXPECT_EQ(error_of(b.send(a.local_address(), "x")), EPIPE);
    EXPECT_FALSE(b.is_closed());
}

TEST_P(Datagrams, AChannelMayGoWhileItsReceiverWaits) {
    std::optional<future<datagram>> waiting;
    {
        auto a = bound();
        waiting = a.receive();
    }
    EXPECT_EQ(error_of(std::move(*waiting)), ECONNABORTED);
}

TEST_P(Datagrams, WaitForRoomInAFullSocket) {
    // Unix sockets push back, which UDP does not.
    std::string pattern = (std::filesystem::temp_directory_path() / "datagrams-XXXXXX").string();
    ASSERT_TRUE(::mkdtemp(pattern.data()));
    auto remove = defer([&]() noexcept { std::filesystem::remove_all(pattern); });
    auto b = make_bound_datagram_channel(socket_address(unix_domain_addr(pattern + "/b")));
    auto a = make_unbound_datagram_channel(AF_UNIX);
    std::vector<future<>> sends;
    do {
        ASSERT_LT(sends.size(), 100'000u);
        sends.push_back(a.send(b.local_address(), std::to_string(sends.size()).c_str()));
    } while (sends.back().available());
    sends.push_back(a.send(b.local_address(), std::to_string(sends.size()).c_str()));
    for (size_t i = 0; i < sends.size(); ++i) {
        auto d = run(b.receive());
        ASSERT_EQ(text(d), std::to_string(i));
    }
    for (auto& f : sends) {
        run(std::move(f));
    }
}

TEST_P(Datagrams, AnAddressInUseIsAnError) {
    auto a = bound();
    EXPECT_THROW(make_bound_datagram_channel(a.local_address()), std::system_error);
}

TEST_P(Datagrams, TheMachineHasALoopbackInterface) {
    auto stack = posix::make_network_stack();
    auto all = stack->network_interfaces();
    auto lo = std::find_if(all.begin(), all.end(), [](auto& i) { return i.is_loopback(); });
    ASSERT_NE(lo, all.end());
    EXPECT_FALSE(lo->name().empty());
    EXPECT_GT(lo->index(), 0u);
    EXPECT_GT(lo->mtu(), 0u);
    EXPECT_TRUE(lo->is_up());
    auto& addresses = lo->addresses();
    EXPECT_NE(std::find(addresses.begin(), addresses.end(), inet_address("127.0.0.1")), addresses.end());
}

}
}
