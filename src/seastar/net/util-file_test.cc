#include "io/file_fixture.hh"

#include <seastar/util/file.hh>
#include <seastar/util/short_streams.hh>

namespace seastar {
namespace {

using util_file_test = io::file_fixture;

TEST_P(util_file_test, reads_whole_files) {
    std::string content(300'000, '\0');
    for (size_t i = 0; i < content.size(); ++i) {
        content[i] = static_cast<char>(i * 7 + i / 1000);
    }
    auto name = directory.write("file", content);
    EXPECT_EQ(run(util::read_entire_file_contiguous(name)), content);
    std::string joined;
    for (auto& piece : run(util::read_entire_file(name))) {
        joined.append(piece.get(), piece.size());
    }
    EXPECT_EQ(joined, content);
    EXPECT_EQ(run(util::read_entire_file_contiguous(directory.write("empty", ""))), "");
    EXPECT_EQ(error_of(util::read_entire_file(directory.path("missing"))), ENOENT);
}

TEST_P(util_file_test, the_stream_and_the_file_are_closed_when_the_function_fails) {
    auto name = directory.write("file", std::string(100'000, 'x'));
    auto fails = util::with_file_input_stream(name, [](input_stream<char>& in) {
        return in.read().then([](temporary_buffer<char> piece) {
            EXPECT_FALSE(piece.empty());
            return make_exception_future<int>(std::runtime_error("no more"));
        });
    });
    EXPECT_EQ(message_of(std::move(fails)), "no more");
    // That nothing is left open is for the fixture to see.
}

TEST_P(util_file_test, removes_trees_but_not_what_links_lead_to) {
    directory.write("outside", "kept");
    auto top = directory.path("top");
    std::filesystem::create_directories(top + "/a/b/c");
    std::filesystem::create_directories(top + "/empty");
    for (int i = 0; i < 300; ++i) {
        directory.write("top/a/b/" + std::to_string(i), "x");
    }
    std::filesystem::create_directory(directory.path("elsewhere"));
    directory.write("elsewhere/file", "kept");
    std::filesystem::create_symlink(directory.path("outside"), top + "/link");
    std::filesystem::create_directory_symlink(directory.path("elsewhere"), top + "/a/link");
    run(recursive_remove_directory(top));
    EXPECT_FALSE(std::filesystem::exists(top));
    EXPECT_EQ(directory.read("outside"), "kept");
    EXPECT_EQ(directory.read("elsewhere/file"), "kept");
    EXPECT_EQ(error_of(recursive_remove_directory(directory.path("outside"))), ENOTDIR);
}

INSTANTIATE_TEST_SUITE_P(rings, util_file_test, io::both_rings(), io::backend_name);

}
}
