/// A whole program per test: shard 0 is the calling thread.
#pragma once

// tidy-allow(layer): a test runs a whole program
#include <seastar/core/app-template.hh>
#include <seastar/core/thread.hh>

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace smf {

/// Runs `body` in a seastar::thread on shard 0. What it throws fails the test. `options` are further words of the
/// command line.
inline void run_app(std::function<void()> body, unsigned shards = 1, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"test", "-c" + std::to_string(shards), "--overprovisioned"});
    std::vector<char*> argv;
    for (auto& o : options) {
        argv.push_back(o.data());
    }
    argv.push_back(nullptr);
    seastar::app_template app;
    auto status = app.run(static_cast<int>(options.size()), argv.data(), [&body] {
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
