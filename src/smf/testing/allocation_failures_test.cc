/// A server whose allocations fail, one after the other: a call may fail and a connection may close, but nobody else
/// notices, and the server ends as it began.
#include "smf/testing/server_fixture.hh"

#include <smf/rpc_client.h>

#include <seastar/core/lowres_clock.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/timed_out_error.hh>
#include <seastar/core/with_timeout.hh>
#include <seastar/util/alloc_failure_injector.hh>

namespace smf {
namespace {

/// Calls func(a new connection) as often as there are allocations that can fail; looks in between whether all is well.
template <typename Func>
void sweep(Func func) {
    run_app([&] {
        if (!seastar::memory::shard_heaps) {
            GTEST_SKIP() << "built with the system's allocator";
        }
        server_fixture f;
        f.start();
        auto bystander = f.connect();
        EXPECT_TRUE(bystander.works());
        auto& injector = seastar::memory::local_failure_injector();
        unsigned failures = 0;
        for (uint64_t count = 0;; ++count) {
            {
                injector.fail_after(count);
                try {
                    auto peer = f.connect();
                    func(peer);
                } catch (const std::bad_alloc&) { // the peer's, which is of this process, too
                } catch (const std::system_error&) { // it saw its connection close
                } catch (const seastar::timed_out_error&) {
                    ADD_FAILURE() << "nothing came, when allocation " << count << " failed";
                }
                injector.cancel();
            }
            if (!injector.failed()) {
                break;
            }
            ++failures;
            ASSERT_TRUE(bystander.works()) << "allocation " << count;
            ASSERT_TRUE(f.gone(1)) << "allocation " << count;
            ASSERT_EQ(f.server.memory.used(), 0u) << "allocation " << count;
        }
        EXPECT_GT(failures, 5u);
        EXPECT_TRUE(f.connect().works());
    });
}

TEST(AllocationFailures, OfACall) {
    sweep([](raw_peer& peer) { peer.ask(request("Say", 5)); });
}

TEST(AllocationFailures, OfALargeCall) {
    auto large = request("Say", 6, std::string(300'000, 'x'));
    sweep([&](raw_peer& peer) { peer.ask(large); });
}

TEST(AllocationFailures, OfWhatNobodyServes) {
    auto unknown = request("Say", 5);
    unknown.header.mutate_meta(12345);
    sweep([&](raw_peer& peer) { peer.ask(unknown); });
}

/// The caller's side: a call ends, and the client can be used again, after a reconnect at most.
TEST(AllocationFailures, OfAClient) {
    run_app([] {
        if (!seastar::memory::shard_heaps) {
            GTEST_SKIP() << "built with the system's allocator";
        }
        server_fixture f;
        f.start();
        rpc_client_opts options;
        options.server_addr = seastar::ipv4_addr("127.0.0.1", f.server.port());
        auto& injector = seastar::memory::local_failure_injector();
        for (uint64_t count = 0;; ++count) {
            sample::EchoClient client(options);
            injector.fail_after(count);
            try {
                client.connect().get();
                auto said = client.Say(text("x", 5));
                auto reply = seastar::with_timeout(seastar::lowres_clock::now() + 20s, std::move(said)).get();
                EXPECT_TRUE(reply.ctx->status() == 200 || injector.failed()) << reply.ctx->status(); // the server's
            } catch (const seastar::timed_out_error&) {
                ADD_FAILURE() << "no end, when allocation " << count << " failed";
            } catch (const std::exception&) { // std::bad_alloc; or the server's, and its connection is gone
                EXPECT_TRUE(injector.failed());
            }
            injector.cancel();
            if (injector.failed()) {
                client.reconnect().get();
                ASSERT_EQ(client.Say(text("x", 5)).get().ctx->status(), 200u) << "allocation " << count;
            }
            client.stop().get();
            if (!injector.failed()) {
                EXPECT_GT(count, 5u);
                return;
            }
        }
    });
}

}
}
