#include "io/file_fixture.hh"

#include <seastar/util/tmp_file.hh>

namespace seastar {
namespace {

class tmp_file_test : public io::file_fixture {
protected:
    tmp_file_test() { set_default_tmpdir(directory.path()); }
    ~tmp_file_test() override { set_default_tmpdir({}); }

    size_t entries() const {
        return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory.path()), {}));
    }
};

TEST_P(tmp_file_test, a_file_is_there_until_it_is_removed) {
    auto t = run(make_tmp_file());
    EXPECT_TRUE(t.is_open());
    EXPECT_EQ(t.get_path().parent_path(), directory.path());
    EXPECT_TRUE(std::filesystem::is_regular_file(t.get_path()));
    EXPECT_EQ(run(t.get_file().size()), 0u);
    run(t.close());
    EXPECT_TRUE(t.has_path());
    run(t.remove());
    EXPECT_FALSE(t.has_path());
    EXPECT_EQ(entries(), 0u);
}

TEST_P(tmp_file_test, names_follow_the_template) {
    auto t = run(make_tmp_file(directory.path("log-XXXXXX")));
    auto name = t.get_path().filename().native();
    EXPECT_EQ(name.size(), 10u);
    EXPECT_TRUE(name.starts_with("log-"));
    EXPECT_NE(name, "log-XXXXXX");
    run(t.close());
    // Names that are taken are passed over; when there is none, it says so.
    std::vector<tmp_file> all;
    try {
        for (int i = 0; i < 62 * 62 + 1; ++i) {
            all.push_back(run(make_tmp_file(directory.path("XX"))));
            run(all.back().close());
            if (i == 200) {
                break;
            }
        }
    } catch (const std::system_error& e) {
        ADD_FAILURE() << e.what();
    }
    EXPECT_EQ(entries(), 202u);
    EXPECT_EQ(error_of(make_tmp_file(directory.path("missing/XX"))), ENOENT);
}

TEST_P(tmp_file_test, a_directory_is_no_template_for_its_name) {
    auto chosen = directory.path("chosen-XX");
    std::filesystem::create_directory(chosen);
    set_default_tmpdir(chosen);
    auto t = run(make_tmp_file());
    EXPECT_EQ(t.get_path().parent_path(), chosen);
    run(t.close());
    run(t.remove());
    std::filesystem::remove(chosen);
    // Of a name of two letters one in 62 would end in X.
    for (int i = 0; i < 500; ++i) {
        auto d = run(make_tmp_dir(directory.path("XX")));
        EXPECT_NE(d.get_path().native().back(), 'X');
    }
}

TEST_P(tmp_file_test, do_with_removes_whatever_comes_out) {
    std::filesystem::path seen;
    auto size = run(tmp_file::do_with([&seen](tmp_file& t) {
        seen = t.get_path();
        return t.get_file().truncate(4096).then([&t] { return t.get_file().size(); });
    }));
    EXPECT_EQ(size, 4096u);
    EXPECT_FALSE(seen.empty());
    EXPECT_EQ(message_of(tmp_file::do_with(
                  [](tmp_file&) { return make_exception_future<>(std::runtime_error("no")); })),
              "no");
    EXPECT_EQ(entries(), 0u);
}

TEST_P(tmp_file_test, directories_go_with_all_that_is_in_them) {
    auto inside = [](tmp_dir& t) {
        return recursive_touch_directory((t.get_path() / "a/b").native()).then([&t] {
            EXPECT_TRUE(std::filesystem::is_directory(t.get_path() / "a/b"));
        });
    };
    run(tmp_dir::do_with(inside));
    EXPECT_EQ(entries(), 0u);
    run(tmp_dir::do_with_thread([](tmp_dir& t) { make_directory((t.get_path() / "x").native()).get(); }));
    EXPECT_EQ(entries(), 0u);
    auto t = run(make_tmp_dir(directory.path("dXX"), file_permissions::user_permissions));
    EXPECT_EQ(std::filesystem::status(t.get_path()).permissions(), std::filesystem::perms::owner_all);
    run(t.remove());
    EXPECT_EQ(entries(), 0u);
}

INSTANTIATE_TEST_SUITE_P(rings, tmp_file_test, io::both_rings(), io::backend_name);

}
}
