/// A sink whose packets stay in a vector: what a test writes to a stream, as the stream passed it on.
#pragma once

#include <seastar/core/iostream.hh>
#include <seastar/net/packet.hh>

#include <vector>

namespace seastar {

/// The vector outlives it.
class vector_data_sink final : public data_sink_impl {
public:
    using vector_type = std::vector<net::packet>;

    explicit vector_data_sink(vector_type& packets) noexcept : _packets(packets) {}
    using data_sink_impl::put;
    future<> put(net::packet p) override {
        _packets.push_back(std::move(p));
        return make_ready_future<>();
    }
    future<> put(std::span<temporary_buffer<char>> data) override {
        return put(net::packet(std::vector<temporary_buffer<char>>(std::make_move_iterator(data.begin()),
                                                                   std::make_move_iterator(data.end()))));
    }
    future<> close() override { return make_ready_future<>(); }

private:
    vector_type& _packets;
};

}
