/// The two directions of a connection, as what streams are made of.
#pragma once

#include <seastar/core/iostream.hh>

#include "net/posix/connection.hh"

#include <sys/socket.h>
#include <utility>
#include <vector>

namespace seastar::net::posix {

class connection_source final : public data_source_impl {
    connection_ptr _c;

public:
    explicit connection_source(connection_ptr c) noexcept : _c(std::move(c)) {}
    future<temporary_buffer<char>> get() override { return _c->get(); }
    future<> close() override {
        _c->shutdown(SHUT_RD);
        return make_ready_future<>();
    }
    const bool* end_flag() const noexcept override { return _c->end_flag(); }
};

class connection_sink : public data_sink_impl {
protected:
    connection_ptr _c;

public:
    explicit connection_sink(connection_ptr c) noexcept : _c(std::move(c)) {}
    using data_sink_impl::put;
    future<> put(std::span<temporary_buffer<char>> data) override { return _c->put(data); }
    future<> put(std::vector<temporary_buffer<char>> data) override { return _c->put(data); }
    future<> put(temporary_buffer<char> data) override { return _c->put(std::span(&data, 1)); }
    future<> close() override { return _c->close_output(); }
    bool can_batch_flushes() const noexcept override { return true; }
    // Nobody waits for the flush that failed: whoever reads sees the end.
    void on_batch_flush_error() noexcept override { _c->shutdown(SHUT_RD); }
};

}
