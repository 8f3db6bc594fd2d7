/// A packet as a stream.
#pragma once

#include <seastar/core/iostream.hh>
#include <seastar/net/packet.hh>

#include <memory>
#include <vector>

namespace seastar::net {

/// Reads the fragments, one after the other.
class packet_data_source final : public data_source_impl {
    std::vector<temporary_buffer<char>> _fragments;
    size_t _next = 0;

public:
    explicit packet_data_source(packet&& p) : _fragments(std::move(p).release()) {}
    future<temporary_buffer<char>> get() override {
        return make_ready_future<temporary_buffer<char>>(
            _next < _fragments.size() ? std::move(_fragments[_next++]) : temporary_buffer<char>());
    }
};

inline input_stream<char> as_input_stream(packet&& p) {
    return input_stream<char>(data_source(std::make_unique<packet_data_source>(std::move(p))));
}

}
