#include "smf/testing/run_app.hh"
#include "smf/transport/write_queue.hh"

#include <seastar/util/later.hh>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace smf {
namespace {

/// Keeps what it is given; its put() resolves when the test says so.
struct sink_state {
    std::vector<std::string> puts;
    std::optional<seastar::promise<>> waiting;
    bool ready = false;
    size_t largest = 0;
    std::string all() const {
        std::string s;
        for (auto& p : puts) {
            s += p;
        }
        return s;
    }
};

class recording_sink final : public seastar::data_sink_impl {
    sink_state& _state;

public:
    explicit recording_sink(sink_state& s) : _state(s) {}
    seastar::future<> put(std::span<seastar::temporary_buffer<char>> data) override {
        std::string s;
        for (auto& d : data) {
            s.append(d.get(), d.size());
        }
        _state.largest = std::max(_state.largest, s.size());
        _state.puts.push_back(std::move(s));
        if (_state.ready) {
            return seastar::make_ready_future<>();
        }
        _state.waiting.emplace();
        return _state.waiting->get_future();
    }
    seastar::future<> close() override { return seastar::make_ready_future<>(); }
};

struct fixture final : write_queue::owner {
    sink_state sink;
    chunk_pool chunks;
    size_t bytes_written = 0;
    int failures = 0;
    int idle = 0;
    write_queue queue{seastar::data_sink(std::make_unique<recording_sink>(sink)), chunks, *this};

    void written(size_t n) noexcept override { bytes_written += n; }
    void write_failed(std::exception_ptr) noexcept override { ++failures; }
    void write_idle() noexcept override { ++idle; }

    std::string expected;
    void append(size_t size) {
        rpc::header h;
        h.mutate_size(static_cast<uint32_t>(size));
        std::string body(size, static_cast<char>('a' + size % 26));
        expected += std::string(reinterpret_cast<const char*>(&h), sizeof(h)) + body;
        queue.append(h, seastar::temporary_buffer<char>(body.data(), body.size()));
    }
    void settle() {
        while (queue.busy()) {
            if (sink.waiting) {
                auto p = std::move(*sink.waiting);
                sink.waiting.reset();
                p.set_value();
            }
            seastar::yield().get();
        }
    }
};

TEST(WriteQueue, SendsAllFramesOfATurnAtOnce) {
    run_app([] {
        fixture f;
        for (size_t n : {12, 100, 2048}) {
            f.append(n);
        }
        EXPECT_TRUE(f.sink.puts.empty());
        f.settle();
        EXPECT_EQ(f.sink.puts.size(), 1u);
        EXPECT_EQ(f.sink.all(), f.expected);
        EXPECT_EQ(f.bytes_written, f.expected.size());
        EXPECT_EQ(f.queue.unsent(), 0u);
        EXPECT_EQ(f.idle, 1);
    });
}

TEST(WriteQueue, CollectsBehindAWriteUnderWay) {
    run_app([] {
        fixture f;
        f.append(10);
        while (!f.sink.waiting) {
            seastar::yield().get();
        }
        for (int i = 0; i < 5; ++i) {
            f.append(10);
            seastar::yield().get();
        }
        EXPECT_EQ(f.sink.puts.size(), 1u);
        f.settle();
        EXPECT_EQ(f.sink.puts.size(), 2u);
        EXPECT_EQ(f.sink.all(), f.expected);
    });
}

TEST(WriteQueue, KeepsTheOrderOfSmallAndLarge) {
    run_app([] {
        for (auto ready : {true, false}) {
            fixture f;
            f.sink.ready = ready;
            for (size_t n : {10u, 5000u, 10u, 1000000u, 2048u, 2049u, 16384u, 2000u, 3000u, 10u}) {
                f.append(n);
            }
            for (int i = 0; i < 100; ++i) {
                f.append(1000);
            }
            f.settle();
            EXPECT_EQ(f.sink.all(), f.expected);
            EXPECT_LE(f.sink.largest, 256u * 1024);
            EXPECT_EQ(f.bytes_written, f.expected.size());
        }
    });
}

TEST(WriteQueue, TakesNothingMoreAfterAFailure) {
    run_app([] {
        fixture f;
        f.append(10);
        while (!f.sink.waiting) {
            seastar::yield().get();
        }
        f.append(10);
        f.sink.waiting->set_exception(std::runtime_error("gone"));
        f.sink.waiting.reset();
        f.settle();
        EXPECT_EQ(f.failures, 1);
        EXPECT_EQ(f.idle, 1);
        EXPECT_EQ(f.queue.unsent(), 0u);
        f.append(10);
        EXPECT_FALSE(f.queue.busy());
        EXPECT_EQ(f.sink.puts.size(), 1u);
    });
}

TEST(WriteQueue, CanBeAbandonedInTheMiddle) {
    run_app([] {
        fixture f;
        f.append(1000000);
        while (!f.sink.waiting) {
            seastar::yield().get();
        }
        f.queue.abandon();
        EXPECT_TRUE(f.queue.busy());
        f.settle();
        EXPECT_EQ(f.sink.puts.size(), 1u);
        EXPECT_EQ(f.bytes_written, 0u);
        EXPECT_EQ(f.idle, 1);
    });
}

}
}
