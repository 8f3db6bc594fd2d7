#include <seastar/testing/entry_point.hh>
#include <seastar/testing/seastar_test.hh>

#include <string_view>
#include <vector>

namespace seastar::testing {

int entry_point(int argc, char** argv) {
    std::vector<char*> for_boost, for_library{argv[0]};
    auto* into = &for_boost;
    for (int i = 0; i < argc; ++i) {
        if (into == &for_boost && std::string_view(argv[i]) == "--") {
            into = &for_library;
        } else {
            into->push_back(argv[i]);
        }
    }
    auto& runner = global_test_runner();
    runner.set_arguments(static_cast<int>(for_library.size()), for_library.data());
    auto boost_count = static_cast<int>(for_boost.size());
    for_boost.push_back(nullptr);
    int tests = boost::unit_test::unit_test_main([] { return true; }, boost_count, for_boost.data());
    int shards = runner.finalize();
    return tests ? tests : shards;
}

}
