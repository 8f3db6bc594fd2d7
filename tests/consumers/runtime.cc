// What a program outside the tree does with the runtime: start, wait, talk to every shard, stop.
#include <seastar/core/app-template.hh>
#include <seastar/core/sharded.hh>
#include <seastar/core/sleep.hh>

#include <chrono>
#include <iostream>

namespace {

class counter {
    int _value = 0;

public:
    int add(int amount) { return _value += amount; }
    seastar::future<> stop() { return seastar::make_ready_future<>(); }
};

}

int main(int argc, char** argv) {
    seastar::app_template app;
    seastar::sharded<counter> counters;
    return app.run(argc, argv, [&counters] {
        return counters.start()
            .then([] { return seastar::sleep(std::chrono::milliseconds(1)); })
            .then([&counters] {
                return counters.map_reduce0([](counter& c) { return c.add(21); }, 0, std::plus<int>());
            })
            .then([](int sum) { std::cout << "sum " << sum << " on " << seastar::smp::count << " shards\n"; })
            .finally([&counters] { return counters.stop(); });
    });
}
