/// The service of the tests: see echo.fbs.
#pragma once

#include <smf/rpc_error.h>

#include "echo.smf.fb.h"

#include <seastar/core/future.hh>

#include <deque>
#include <stdexcept>
#include <string>

namespace smf {

/// What a test and the handlers of its server share; lives in the test.
struct held_calls {
    std::deque<seastar::promise<>> calls;
    void release(size_t n) {
        for (; n && !calls.empty(); --n) {
            calls.front().set_value();
            calls.pop_front();
        }
    }
    void release_all() { release(calls.size()); }
};

class echo_service final : public sample::Echo {
    using request = rpc_recv_typed_context<sample::Text>;
    using reply = rpc_typed_envelope<sample::Text>;
    using future = seastar::future<reply>;
    held_calls* _held;

    static reply answer(const request& r, uint32_t status) {
        reply e;
        e.data->text = r->text() ? r->text()->str() : std::string();
        e.data->number = r->number();
        e.envelope.set_status(status);
        return e;
    }

public:
    explicit echo_service(held_calls* held = nullptr) : _held(held) {}

    future Say(request&& r) override { return seastar::make_ready_future<reply>(answer(r, 200)); }
    future Quiet(request&& r) override { return seastar::make_ready_future<reply>(answer(r, 0)); }
    future Status(request&& r) override { return seastar::make_ready_future<reply>(answer(r, r->number())); }
    future Held(request&& r) override {
        _held->calls.emplace_back();
        return _held->calls.back().get_future().then([r = std::move(r)] { return answer(r, 200); });
    }
    future Throws(request&&) override { throw std::runtime_error("thrown by the handler"); }
    future Fails(request&&) override {
        return seastar::make_exception_future<reply>(std::runtime_error("returned by the handler"));
    }
    future Refuses(request&& r) override {
        return seastar::make_exception_future<reply>(rpc_error(r->number(), "no"));
    }
    seastar::future<rpc_typed_envelope<sample::Strict>> Need(rpc_recv_typed_context<sample::Strict>&& r) override {
        rpc_typed_envelope<sample::Strict> e;
        e.data->name = r->name()->str();
        e.envelope.set_status(200);
        return seastar::make_ready_future<rpc_typed_envelope<sample::Strict>>(std::move(e));
    }
};

/// The number of one of its methods.
inline uint32_t echo_id(std::string_view method) {
    echo_service s;
    for (auto& h : s.methods()) {
        if (method == h.method_name) {
            return s.service_id() ^ h.method_id;
        }
    }
    throw std::invalid_argument("the test service has no such method");
}

inline rpc_typed_envelope<sample::Text> text(std::string t, uint32_t number = 0) {
    rpc_typed_envelope<sample::Text> e;
    e.data->text = t;
    e.data->number = number;
    return e;
}

}
