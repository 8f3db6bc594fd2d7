/// The other end of a connection, byte by byte. Used in a seastar::thread.
#pragma once

#include "echo_service.hh"

#include <smf/checksum.h>
#include <smf/rpc_header.h>

#include <seastar/core/iostream.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/with_timeout.hh>
#include <seastar/net/api.hh>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <sys/socket.h>

namespace smf {

/// The bytes of a frame; the header's fields may be changed before they are taken.
struct raw_frame {
    rpc::header header;
    std::string body;
    std::string bytes() const {
        return std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + body;
    }
};

inline raw_frame frame_of(std::string body, uint16_t session, uint32_t meta) {
    raw_frame f;
    f.header = rpc::header(rpc::compression_flags{}, rpc::header_bit_flags{}, session, uint32_t(body.size()),
                           rpc_checksum_payload(body.data(), body.size()), meta);
    f.body = std::move(body);
    return f;
}

inline std::string body_of(rpc_envelope e) {
    return std::string(e.letter.body.get(), e.letter.body.size());
}

inline raw_frame request(std::string_view method, uint16_t session, std::string t = "x", uint32_t number = 0) {
    return frame_of(body_of(text(std::move(t), number).serialize_data()), session, echo_id(method));
}

class raw_peer {
    seastar::connected_socket _socket;
    seastar::input_stream<char> _in;
    seastar::output_stream<char> _out;
    bool _ended = false;

    template <typename T>
    static T wait(seastar::future<T> f) {
        return seastar::with_timeout(seastar::lowres_clock::now() + std::chrono::seconds(20), std::move(f)).get();
    }

public:
    explicit raw_peer(uint16_t port)
        : raw_peer(wait(seastar::connect(seastar::socket_address(seastar::ipv4_addr("127.0.0.1", port))))) {}
    explicit raw_peer(seastar::connected_socket s)
        : _socket(std::move(s)), _in(_socket.input()), _out(_socket.output()) {}
    raw_peer(raw_peer&&) = default;
    ~raw_peer() {
        if (_socket) {
            close();
        }
    }

    void send(const std::string& bytes) {
        wait(_out.write(bytes));
        wait(_out.flush());
    }
    void send(const raw_frame& f) { send(f.bytes()); }

    /// Nothing at the end of the stream, or when the peer reset it.
    std::optional<raw_frame> receive() {
        try {
            auto head = wait(_in.read_exactly(sizeof(rpc::header)));
            if (head.size() < sizeof(rpc::header)) {
                return {};
            }
            raw_frame f;
            std::memcpy(static_cast<void*>(&f.header), head.get(), sizeof(f.header));
            auto body = wait(_in.read_exactly(f.header.size()));
            f.body = std::string(body.get(), body.size());
            if (f.body.size() != f.header.size()) {
                return {};
            }
            return f;
        } catch (const std::system_error&) {
            return {};
        }
    }
    /// The status of the next reply; 0: the connection was closed instead. Checks what all replies have in common.
    uint32_t status(std::optional<uint16_t> session = {}) {
        auto f = receive();
        if (!f) {
            return 0;
        }
        EXPECT_EQ(f->header.checksum(), rpc_checksum_payload(f->body.data(), f->body.size()));
        EXPECT_EQ(static_cast<int>(f->header.bitflags()), 0);
        EXPECT_EQ(static_cast<int>(f->header.compression()), 0);
        if (session) {
            EXPECT_EQ(f->header.session(), *session);
        }
        return f->header.meta();
    }
    uint32_t ask(const raw_frame& f) {
        send(f);
        return status(f.header.session());
    }
    bool works(uint16_t session = 4711) { return ask(request("Say", session)) == 200; }

    void end_output() {
        wait(_out.close()); // sends what is left first
        _ended = true;
        _socket.shutdown_output();
    }
    /// Leaves a reset behind instead of an end.
    void reset() {
        linger l{1, 0};
        _socket.set_sockopt(SOL_SOCKET, SO_LINGER, &l, sizeof(l));
        close();
    }
    void close() {
        if (!_ended) {
            _out.close().handle_exception([](std::exception_ptr) {}).get();
        }
        _in.close().handle_exception([](std::exception_ptr) {}).get();
        _out = {};
        _in = {};
        _socket = {};
    }
    seastar::connected_socket& socket() { return _socket; }
};

}
