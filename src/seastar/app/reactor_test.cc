// These headers, and no other, are what the tutorial's servers include.
#include <seastar/core/seastar.hh>
#include <seastar/core/reactor.hh>
#include <seastar/core/future-util.hh>
#include <seastar/net/api.hh>

namespace seastar::app {
namespace {

/// Listening everywhere, and what is said of a connection that failed.
future<> served_on_all_shards(std::string* said) {
    return parallel_for_each(std::views::iota(0u, smp::count), [said](unsigned shard) {
        return smp::submit_to(shard, [] { return make_exception_future<>(std::runtime_error("reset")); })
            .handle_exception([said](std::exception_ptr ep) { *said += fmt::format("failed: {}\n", ep); });
    });
}

}
}

#include "app/app_fixture.hh"

namespace seastar::app {

TEST(reactor_header, brings_along_what_servers_use_without_asking) {
    std::string said;
    EXPECT_EQ(run({"-c2", "--overprovisioned"}, [&] { return served_on_all_shards(&said); }), 0);
    EXPECT_EQ(said, "failed: std::runtime_error (reset)\nfailed: std::runtime_error (reset)\n");
}

}
