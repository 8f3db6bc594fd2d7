/// A whole program per test: shard 0 is the calling thread.
#pragma once

// tidy-allow(layer): a test runs a whole program
#include <seastar/core/app-template.hh>
#include <seastar/core/thread.hh>

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <string>

namespace smf {

/// Runs `body` in a seastar::thread on shard 0. What it throws fails the test.
inline void run_app(std::function<void()> body, unsigned shards = 1) {
    auto count = "-c" + std::to_string(shards);
    std::string words[] = {"test", count, "--overprovisioned"};
    char* argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    seastar::app_template app;
    auto status = app.run(3, argv, [&body] {
        return seastar::async([&body] {
            try {
                body();
            } catch (const std::exception& e) {
                ADD_FAILURE() << "thrown: " << e.what();
            }
        });
    });
    EXPECT_EQ(status, 0);
}

}
