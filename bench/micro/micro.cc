// One operation of the runtime, again and again, between two marks for callgrind: micro --operation NAME [--count N].
// Without valgrind it prints nanoseconds per operation. `instructions` beside this file runs all of them.
// With --simulated as its first argument it runs in a simulated operating system (kernel/sim/world.hh), one shard at a
// time: for operations that need two shards, whose instructions would otherwise depend on when each sleeps.
#include "../../src/seastar/kernel/sim/world.hh"
#include "../../src/smf/transport/frame_reader.hh"

#include <smf/checksum.h>
#include <smf/rpc_envelope.h>
#include <smf/rpc_handle_router.h>
#include <smf/rpc_service.h>

#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/gate.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/semaphore.hh>
#include <seastar/core/smp.hh>
#include <seastar/core/thread.hh>
#include <seastar/core/timer.hh>
#include <seastar/util/later.hh>

#include <valgrind/callgrind.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace po = boost::program_options;
using namespace std::chrono_literals;
using seastar::future;

namespace {

constexpr unsigned warm_up = 1000;

/// What is measured: `count` times the operation. Called in a seastar::thread on shard 0.
using operation = void (*)(unsigned count);

void ready_then(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        seastar::make_ready_future<unsigned>(i).then([](unsigned v) { return v + 1; }).get();
    }
}

/// A continuation of a promise that is resolved afterwards: allocated, scheduled and run.
void suspended_then(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        seastar::promise<unsigned> p;
        auto f = p.get_future().then([](unsigned v) { return v + 1; });
        p.set_value(i);
        f.get(); // switches to the loop and back, once
    }
}

future<unsigned> ready_coroutine(unsigned v) { co_return v + 1; }
future<> call_ready(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        co_await ready_coroutine(i);
    }
}
void coroutine_ready(unsigned count) { call_ready(count).get(); }

future<unsigned> suspended_coroutine(unsigned v) {
    co_await seastar::yield();
    co_return v + 1;
}
future<> call_suspended(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        co_await suspended_coroutine(i);
    }
}
void coroutine_suspended(unsigned count) { call_suspended(count).get(); }

void semaphore_units(unsigned count) {
    seastar::semaphore s(1);
    for (unsigned i = 0; i < count; ++i) {
        auto units = seastar::get_units(s, 1).get();
    }
}

void gate_hold(unsigned count) {
    seastar::gate g;
    for (unsigned i = 0; i < count; ++i) {
        auto holder = g.hold();
    }
    g.close().get();
}

/// One message and its reply at a time, between two shards: both shards' instructions.
void submit_to(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        seastar::smp::submit_to(1, [] {}).get();
    }
}

void timer_arm_cancel(unsigned count) {
    seastar::timer<> t([] {});
    for (unsigned i = 0; i < count; ++i) {
        t.arm(1h);
        t.cancel();
    }
}

void allocate(unsigned count, size_t bytes) {
    for (unsigned i = 0; i < count; ++i) {
        void* volatile p = ::operator new(bytes);
        ::operator delete(p);
    }
}
void allocate_small(unsigned count) { allocate(count, 64); }
void allocate_pages(unsigned count) { allocate(count, 100'000); }

/// From the thread to the loop and back.
void thread_switch(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        seastar::yield().get();
    }
}

constexpr uint32_t service_id = 1;
constexpr uint32_t method_id = 4711;

struct idle_service final : smf::rpc_service {
    const char* service_name() const override { return "Idle"; }
    uint32_t service_id() const override { return ::service_id; }
    std::vector<smf::rpc_service_method_handle> methods() override {
        std::vector<smf::rpc_service_method_handle> all;
        all.emplace_back("Nothing", method_id,
                         [](smf::rpc_recv_context&&) { return seastar::make_ready_future<smf::rpc_envelope>(); });
        return all;
    }
};

/// A frame of 108 bytes is read, checked and given to a handler that does nothing.
void smf_dispatch(unsigned count) {
    smf::rpc_handle_router router;
    router.register_service(std::make_unique<idle_service>());
    std::string body(92, 'x');
    smf::rpc::header h(smf::rpc::compression_flags::compression_flags_none,
                       smf::rpc::header_bit_flags::header_bit_flags_none, 7, static_cast<uint32_t>(body.size()),
                       smf::rpc_checksum_payload(body.data(), body.size()), service_id ^ method_id);
    auto frame = std::string(reinterpret_cast<const char*>(&h), sizeof(h)) + body;
    std::string frames; // of one read
    for (unsigned i = 0; i < 64; ++i) {
        frames += frame;
    }
    smf::frame_reader reader;
    smf::rpc_peer_address peer{};
    unsigned handled = 0;
    while (handled < count) {
        reader.add(seastar::temporary_buffer<char>(frames.data(), frames.size()));
        for (auto step = reader.next(); step != smf::frame_reader::step::need_piece; step = reader.next()) {
            auto& header = reader.header();
            auto* method = router.get_handle_for_request(header.meta());
            if (step == smf::frame_reader::step::header) {
                reader.take_body();
                continue;
            }
            smf::rpc_recv_context c(peer, header, reader.body());
            if (!method || smf::rpc_checksum_payload(c.payload.get(), c.payload.size()) != header.checksum()) {
                std::abort();
            }
            method->apply(std::move(c)).get();
            ++handled;
        }
    }
}

const std::map<std::string, operation> operations = {
    {"ready then()", ready_then},
    {"suspended then()", suspended_then},
    {"coroutine, ready", coroutine_ready},
    {"coroutine, suspended", coroutine_suspended},
    {"semaphore units", semaphore_units},
    {"gate holder", gate_hold},
    {"submit_to, there and back", submit_to},
    {"timer arm and cancel", timer_arm_cancel},
    {"new and delete, 64 bytes", allocate_small},
    {"new and delete, 100 kB", allocate_pages},
    {"thread switch", thread_switch},
    {"smf frame, read and routed", smf_dispatch},
};

void measure(const std::string& name, unsigned count) {
    auto run = operations.at(name);
    run(warm_up);
    auto began = std::chrono::steady_clock::now();
    CALLGRIND_START_INSTRUMENTATION;
    run(count);
    CALLGRIND_STOP_INSTRUMENTATION;
    auto took = std::chrono::steady_clock::now() - began;
    std::printf("%s: %.1f ns\n", name.c_str(),
                static_cast<double>(std::chrono::nanoseconds(took).count()) / count);
}

}

int main(int argc, char** argv) {
    std::optional<seastar::kernel::sim::world> world;
    if (argc > 1 && std::string_view(argv[1]) == "--simulated") {
        world.emplace(seastar::kernel::sim::options());
        argv[1] = argv[0];
        ++argv;
        --argc;
    }
    std::optional<seastar::kernel::substitute_scope> there;
    if (world) {
        there.emplace(&*world);
    }
    seastar::app_template app;
    app.add_options()("operation", po::value<std::string>(), "its name; without it the names are printed")(
        "count", po::value<unsigned>()->default_value(10'000), "how often");
    return app.run(argc, argv, [&app] {
        return seastar::async([&app] {
            auto& config = app.configuration();
            if (!config.count("operation")) {
                for (auto& [name, run] : operations) {
                    std::printf("%s\n", name.c_str());
                }
                return;
            }
            measure(config["operation"].as<std::string>(), config["count"].as<unsigned>());
        });
    });
}
