#include <seastar/core/reactor.hh>

#include "app/app_fixture.hh"
#include "io/file_fixture.hh"
#include "io/posix_file.hh"

namespace seastar::app {
namespace {

struct leave_files : ::testing::TestWithParam<kernel::backend> {
    io::temporary_directory directory;

    std::string backend() const { return GetParam() == kernel::backend::epoll ? "epoll" : "io_uring"; }
    void SetUp() override {
        int error = 0;
        if (!kernel::make_ring(GetParam(), error)) {
            GTEST_SKIP() << backend() << ": " << std::strerror(-error);
        }
    }
};
INSTANTIATE_TEST_SUITE_P(, leave_files, io::both_rings(), io::backend_name);

/// Reads far more than is read in the time that it takes to leave.
struct reader {
    static constexpr size_t size = 1 << 20;
    static constexpr size_t requests = 100;
    file f;
    std::vector<temporary_buffer<char>> buffers;

    explicit reader(shared_ptr<file_impl> impl) : f(std::move(impl)) {
        for (size_t i = 0; i < requests; ++i) {
            buffers.push_back(temporary_buffer<char>::aligned(4096, size));
            (void)f.dma_read(0, buffers[i].get_write(), size).then_wrapped([f = f](future<size_t> done) {
                done.ignore_ready_future();
                return f.size().discard_result(); // and goes on
            }).then_wrapped([](future<> done) { done.ignore_ready_future(); });
        }
    }
    /// The memory goes; nobody must be writing to it.
    ~reader() {
        EXPECT_EQ(io::file_operations_pending(), 0u);
        EXPECT_EQ(io::blocking_calls::local().pending(), 0u);
        EXPECT_TRUE(io::blocking_calls::local().stopped());
    }
};

TEST_P(leave_files, waits_for_requests_that_are_in_progress) {
    auto path = directory.write("f", std::string(reader::size, 'x'));
    bool destroyed = false;
    int status = run({"-c2", "--overprovisioned", "--reactor-backend", backend()}, [&] {
        return io::open_posix_file(path, open_flags::ro, {}).then([&](shared_ptr<file_impl> impl) {
            auto r = std::make_unique<reader>(std::move(impl));
            engine().at_destroy([&destroyed, r = std::move(r)]() mutable {
                r.reset();
                destroyed = true;
            });
        });
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(destroyed);
}

}
}
