/// For tests on either ring: one shard, and the loop turned by the test.
#pragma once

#include <seastar/core/future.hh>

#include "kernel/backend.hh"
#include "loop/shard.hh"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace seastar::io {

inline size_t open_descriptors() {
    size_t n = 0;
    for (int fd = 0; fd < 1024; ++fd) {
        n += ::fcntl(fd, F_GETFD) >= 0;
    }
    return n;
}

/// Shard: the calling thread. Descriptors that are left open fail the test.
class both_rings_fixture : public ::testing::TestWithParam<kernel::backend> {
    static constexpr kernel::nanoseconds patience = 60'000'000'000;

    size_t _descriptors = open_descriptors();
    int _error = 0;
    std::unique_ptr<kernel::ring> _ring = kernel::make_ring(GetParam(), _error);
    std::optional<loop::shard> _shard;

protected:
    both_rings_fixture() {
        if (_ring) {
            _shard.emplace(*_ring, loop::shard_options());
        }
    }
    void SetUp() override {
        if (!_ring) {
            GTEST_SKIP() << "no such ring here: " << std::strerror(-_error);
        }
    }
    ~both_rings_fixture() override {
        if (_ring) {
            settle();
            _shard.reset();
            _ring.reset();
            EXPECT_EQ(open_descriptors(), _descriptors) << "descriptors leaked";
        }
    }

    /// Whether this machine has the ring: else the test is skipped, and has no shard.
    bool usable() const { return _ring != nullptr; }
    loop::shard& shard() { return *_shard; }
    kernel::ring& ring() { return *_ring; }
    bool on_io_uring() const { return GetParam() == kernel::backend::io_uring; }

    template <typename T>
    T run(future<T> f) {
        if (!shard().run_until([&f] { return f.available(); }, _ring->now() + patience)) {
            ADD_FAILURE() << "the future did not resolve";
            std::abort();
        }
        return f.get();
    }
    /// Turns until the condition holds, which may be about things that do not wake the shard.
    template <typename Condition>
    void run_until(Condition holds) {
        auto give_up = _ring->now() + patience;
        while (!holds()) {
            if (!shard().turn()) {
                shard().idle(_ring->now() + 1'000'000);
            }
            if (_ring->now() >= give_up) {
                ADD_FAILURE() << "it did not happen";
                std::abort();
            }
        }
    }
    /// Turns until there is nothing to do now.
    void settle() {
        while (shard().turn()) {
        }
    }
    /// The errno of the std::system_error that the future fails with; 0 if it does not.
    template <typename T>
    int error_of(future<T> f) {
        try {
            run(std::move(f));
            return 0;
        } catch (const std::system_error& e) {
            return e.code().value();
        }
    }
    /// What the exception says; empty if there is none.
    template <typename T>
    std::string message_of(future<T> f) {
        try {
            run(std::move(f));
            return {};
        } catch (const std::exception& e) {
            return e.what();
        }
    }
};

inline std::string backend_name(const ::testing::TestParamInfo<kernel::backend>& info) {
    return info.param == kernel::backend::epoll ? "epoll" : "io_uring";
}
inline auto both_rings() { return ::testing::Values(kernel::backend::epoll, kernel::backend::io_uring); }

}
