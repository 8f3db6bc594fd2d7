// The first program of the guide: every shard says hello. A project of its own, too: see CMakeLists.txt beside it.
// snippet: hello
#include <seastar/core/app-template.hh>
#include <seastar/core/map_reduce.hh>
#include <seastar/util/log.hh>

namespace po = boost::program_options;

static seastar::logger hello_log("hello");

// Sends a function to every shard and adds up what they return.
static seastar::future<int> greet(seastar::sstring name) {
    auto shards = seastar::smp::all_cpus();
    return seastar::map_reduce(shards.begin(), shards.end(), [name](unsigned shard) {
        return seastar::smp::submit_to(shard, [name] {
            hello_log.info("hello {}", name);
            return 1u;
        });
    }, 0u, std::plus<unsigned>()).then([](unsigned greetings) {
        return greetings == seastar::smp::count ? 0 : 1; // the exit status
    });
}

int main(int argc, char** argv) {
    seastar::app_template app;
    app.add_options()("name", po::value<seastar::sstring>()->default_value("world"), "whom to greet");
    return app.run(argc, argv, [&app] { return greet(app.configuration()["name"].as<seastar::sstring>()); });
}
// end
