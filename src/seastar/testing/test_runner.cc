#include <seastar/core/alien.hh>
#include <seastar/core/app-template.hh>
#include <seastar/testing/random.hh>
#include <seastar/testing/test_runner.hh>

#include <future>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace seastar::testing {

struct test_runner::impl {
    app_template app;
    std::vector<std::string> arguments;
    std::thread shards;
    bool running = false;
    int status = 0;
    uint32_t seed = 0;
    seastar::promise<> all_done; ///< shard 0's

    void run(std::promise<bool>& started);
    future<> be_there(std::promise<bool>& started);
};

test_runner::test_runner() : _impl(std::make_unique<impl>()) {
    _impl->app.add_options()("random-seed", boost::program_options::value<uint32_t>(),
                             "seed of the tests' random numbers");
}

test_runner::~test_runner() { finalize(); }

/// The program's main function: seeds the shards' generators, and ends when the tests have.
future<> test_runner::impl::be_there(std::promise<bool>& started) {
    auto& given = app.configuration()["random-seed"];
    seed = given.empty() ? std::random_device()() : given.as<uint32_t>(); // tidy-allow(random): printed, and can be set
    std::cout << "random-seed=" << seed << std::endl;
    return smp::invoke_on_all([seed = seed] { local_random_engine.seed(seed + this_shard_id()); }).then([&] {
        all_done = {};
        auto end = all_done.get_future();
        started.set_value(true);
        return end;
    });
}

void test_runner::impl::run(std::promise<bool>& started) {
    std::vector<char*> argv;
    for (auto& a : arguments) {
        argv.push_back(a.data());
    }
    argv.push_back(nullptr);
    bool ran = false;
    try {
        status = app.run(static_cast<int>(arguments.size()), argv.data(), [&] {
            ran = true;
            return be_there(started);
        });
    } catch (const std::exception& e) {
        std::cerr << "the shards do not start: " << e.what() << std::endl;
        status = 1;
    }
    if (!ran) {
        started.set_value(false);
    }
}

bool test_runner::start(int argc, char** argv) {
    auto& i = *_impl;
    if (!i.running) {
        i.arguments.assign(argv, argv + argc);
        std::promise<bool> started;
        i.shards = std::thread([&] { i.run(started); });
        i.running = started.get_future().get();
        if (!i.running) {
            i.shards.join();
        }
    }
    return i.running;
}

void test_runner::run_sync(noncopyable_function<future<>()> task) {
    if (!_impl->running) {
        throw std::runtime_error("the shards do not run");
    }
    alien::submit_to(_impl->app.alien(), 0, std::move(task)).get();
}

int test_runner::finalize() {
    if (_impl->running) {
        alien::run_on(_impl->app.alien(), 0, [this] { _impl->all_done.set_value(); });
        _impl->shards.join();
        _impl->running = false;
    }
    return _impl->status;
}

uint32_t test_runner::random_seed() const noexcept { return _impl->seed; }

test_runner& global_test_runner() {
    static test_runner runner; // tidy-allow(global): the macros know no other way to it
    return runner;
}

}
