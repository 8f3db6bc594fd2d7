/// Histograms of servers, added up and written to files.
#include "smf/testing/run_app.hh"
#include "smf/testing/server_fixture.hh"

#include <smf/histogram_seastar_utils.h>
#include <smf/rpc_server.h>
#include <smf/unique_histogram_adder.h>

#include <seastar/core/sharded.hh>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace smf {
namespace {

class HistogramFile : public ::testing::Test {
protected:
    HistogramFile() {
        auto name = (std::filesystem::temp_directory_path() / "histogram-XXXXXX").string();
        _folder = ::mkdtemp(name.data());
    }
    ~HistogramFile() override { std::filesystem::remove_all(_folder); }
    std::string path(const char* name) const { return (_folder / name).string(); }
    static std::string read(const std::string& path) {
        std::stringstream s;
        s << std::ifstream(path).rdbuf();
        return s.str();
    }
    std::filesystem::path _folder;
};

/// What print() says, as the file has to.
std::string table_of(const histogram& h) {
    char* text = nullptr;
    size_t size = 0;
    auto* out = ::open_memstream(&text, &size);
    EXPECT_EQ(h.print(out), 0);
    std::fclose(out);
    std::string s(text, size);
    std::free(text);
    return s;
}

TEST_F(HistogramFile, HoldsTheWholeTableAndReplacesAnOldOne) {
    run_app([this] {
        auto wide = histogram::make_unique();
        for (int64_t v = 1; v < histogram::default_max; v += v / 50 + 1) {
            wide->record_multiple_times(v, static_cast<uint64_t>(v % 7 + 1));
        }
        auto expected = table_of(*wide);
        EXPECT_GT(expected.size(), 2000u); // more than one piece
        auto printed = histogram_seastar_utils::print_histogram(wide.get()).get();
        EXPECT_EQ(std::string(printed.get(), printed.size()), expected);
        histogram_seastar_utils::write(path("a.hgrm"), std::move(wide)).get();
        EXPECT_EQ(read(path("a.hgrm")), expected);

        auto narrow = histogram::make_lw_shared();
        narrow->record(7);
        histogram_seastar_utils::write(path("a.hgrm"), narrow).get();
        EXPECT_EQ(read(path("a.hgrm")), table_of(*narrow));
    });
}

TEST_F(HistogramFile, FailsWhereNoFileCanBe) {
    run_app([this] {
        auto to = [](seastar::sstring name) {
            return histogram_seastar_utils::write(std::move(name), histogram::make_unique());
        };
        EXPECT_THROW(to(path("no/such/folder")).get(), std::system_error);
        EXPECT_THROW(to(_folder.string()).get(), std::system_error);
        auto descriptors = open_descriptors();
        EXPECT_THROW(to("/dev/full").get(), std::system_error);
        EXPECT_EQ(open_descriptors(), descriptors);
    });
}

TEST_F(HistogramFile, HoldsTheSumOfAServersShards) {
    run_app([this] {
        auto args = quiet_args();
        seastar::sharded<rpc_server> server;
        server.start(args).get();
        server.invoke_on_all(&rpc_server::register_service<echo_service>).get();
        server.invoke_on_all(&rpc_server::start).get(); // a port for each shard
        for (unsigned shard = 0; shard < 2; ++shard) {
            raw_peer p(server.invoke_on(shard, [](rpc_server& s) { return s.port(); }).get());
            EXPECT_TRUE(p.works());
            EXPECT_TRUE(p.works());
        }
        auto sum = server.map_reduce(unique_histogram_adder(), &rpc_server::copy_histogram).get();
        EXPECT_EQ(sum->count(), 4u);
        histogram_seastar_utils::write(path("server_latency.hgrm"), std::move(sum)).get();
        EXPECT_NE(read(path("server_latency.hgrm")).find("Total count    =            4]"), std::string::npos);
        server.stop().get();
    }, 2);
}

}
}
