#include <seastar/testing/entry_point.hh>
#include <seastar/testing/internal/boost_test.hh>
#include <seastar/testing/test_runner.hh>

#include <algorithm>
#include <string_view>
#include <vector>

namespace seastar::testing {

namespace {

/// Boost.Test calls it when it has taken its own arguments away.
bool start_shards() {
    auto& suite = boost::unit_test::framework::master_test_suite();
    std::vector<char*> arguments{suite.argv[0]};
    for (int i = 1; i < suite.argc; ++i) {
        if (std::string_view(suite.argv[i]) != "--") {
            arguments.push_back(suite.argv[i]);
        }
    }
    return global_test_runner().start(static_cast<int>(arguments.size()), arguments.data());
}

bool chooses_crash_handling(std::string_view argument) {
    return argument.starts_with("--catch_system") || argument == "-s";
}

}

int entry_point(int argc, char** argv) {
    // Boost.Test's handler of crashes jumps back to its own thread, and a shard's crash is on another one.
    char no_crash_handling[] = "--catch_system_errors=no";
    std::vector<char*> arguments(argv, argv + argc);
    auto boosts_end = std::find_if(arguments.begin(), arguments.end(),
                                   [](std::string_view argument) { return argument == "--"; });
    if (std::none_of(arguments.begin(), boosts_end, chooses_crash_handling)) {
        arguments.insert(boosts_end, no_crash_handling);
    }
    auto count = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    int tests = boost::unit_test::unit_test_main(start_shards, count, arguments.data());
    int shards = global_test_runner().finalize();
    return tests ? tests : shards;
}

}
