#include "io/file_fixture.hh"

#include <seastar/core/file.hh>
#include <seastar/core/internal/file_system.hh>

#include <chrono>

namespace seastar::io {
namespace {

using file_system_test = file_fixture;

TEST_P(file_system_test, says_what_a_name_is) {
    directory.write("regular", "12345");
    std::filesystem::create_symlink("regular", directory.path("link"));
    std::filesystem::create_symlink("nowhere", directory.path("dangling"));
    EXPECT_EQ(run(file_type(directory.path("regular"))), directory_entry_type::regular);
    EXPECT_EQ(run(file_type(directory.path())), directory_entry_type::directory);
    EXPECT_EQ(run(file_type(directory.path("link"))), directory_entry_type::regular);
    EXPECT_EQ(run(file_type(directory.path("link"), follow_symlink::no)), directory_entry_type::link);
    EXPECT_EQ(run(file_type(directory.path("dangling"), follow_symlink::no)), directory_entry_type::link);
    EXPECT_EQ(run(file_type(directory.path("dangling"))), std::nullopt);
    EXPECT_EQ(run(file_type(directory.path("missing"))), std::nullopt);
    EXPECT_EQ(run(file_type(directory.path("regular/below"))), std::nullopt);
    EXPECT_EQ(run(file_type("/dev/null")), directory_entry_type::char_device);
    EXPECT_EQ(error_of(file_type(std::string(5000, 'x'))), ENAMETOOLONG);
}

TEST_P(file_system_test, tells_sizes_times_and_the_rest) {
    auto before = std::chrono::system_clock::now() - std::chrono::seconds(10);
    auto name = directory.write("regular", std::string(5000, 'x'));
    EXPECT_EQ(run(file_size(name)), 5000u);
    auto s = run(file_stat(name));
    EXPECT_EQ(s.size, 5000u);
    EXPECT_EQ(s.type, directory_entry_type::regular);
    EXPECT_EQ(s.number_of_links, 1u);
    EXPECT_EQ(s.uid, ::getuid());
    EXPECT_GE(s.time_modified, before);
    EXPECT_LE(s.time_modified, std::chrono::system_clock::now() + std::chrono::seconds(10));
    run(link_file(name, directory.path("other")));
    auto other = run(file_stat(directory.path("other")));
    EXPECT_EQ(other.inode_number, s.inode_number);
    EXPECT_EQ(other.number_of_links, 2u);
    EXPECT_EQ(error_of(file_size(directory.path("missing"))), ENOENT);
}

TEST_P(file_system_test, tells_whether_a_file_is_there) {
    auto name = directory.write("regular", "");
    EXPECT_TRUE(run(file_exists(name)));
    EXPECT_TRUE(run(file_accessible(name, access_flags::read | access_flags::write)));
    EXPECT_FALSE(run(file_accessible(name, access_flags::execute)));
    EXPECT_FALSE(run(file_exists(directory.path("missing"))));
    EXPECT_FALSE(run(file_exists(name + "/below")));
}

TEST_P(file_system_test, makes_directories) {
    auto name = directory.path("a");
    run(make_directory(name, file_permissions::user_permissions));
    EXPECT_EQ(std::filesystem::status(name).permissions(), std::filesystem::perms::owner_all);
    EXPECT_EQ(error_of(make_directory(name)), EEXIST);
    run(touch_directory(name));
    run(recursive_touch_directory(directory.path("x//y/z/")));
    EXPECT_TRUE(std::filesystem::is_directory(directory.path("x/y/z")));
    run(recursive_touch_directory(directory.path("x/y/z")));
    directory.write("file", "");
    EXPECT_EQ(error_of(touch_directory(directory.path("file"))), EEXIST);
    EXPECT_EQ(error_of(recursive_touch_directory(directory.path("file/below"))), EEXIST);
    run(sync_directory(directory.path("x")));
    EXPECT_EQ(error_of(sync_directory(directory.path("file"))), ENOTDIR);
}

TEST_P(file_system_test, removes_and_renames) {
    auto one = directory.write("one", "1");
    auto two = directory.write("two", "2");
    EXPECT_EQ(error_of(rename_file(one, two, rename_flags::noreplace)), EEXIST);
    run(rename_file(one, two, rename_flags::exchange));
    EXPECT_EQ(directory.read("one"), "2");
    run(rename_file(one, two));
    EXPECT_EQ(directory.read("two"), "2");
    EXPECT_FALSE(std::filesystem::exists(one));
    run(remove_file(two));
    EXPECT_EQ(error_of(remove_file(two)), ENOENT);
    run(make_directory(directory.path("d")));
    directory.write("d/file", "");
    EXPECT_EQ(error_of(remove_file(directory.path("d"))), ENOTEMPTY);
    run(remove_file(directory.path("d/file")));
    run(remove_file(directory.path("d")));
}

TEST_P(file_system_test, changes_owners_and_permissions) {
    auto name = directory.write("file", "");
    run(seastar::chmod(name, file_permissions::user_read | file_permissions::group_read));
    EXPECT_EQ(std::filesystem::status(name).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
    run(seastar::chown(name, ::getuid(), ::getgid()));
    EXPECT_EQ(error_of(seastar::chown(directory.path("missing"), ::getuid(), ::getgid())), ENOENT);
}

TEST_P(file_system_test, knows_the_file_system) {
    EXPECT_EQ(run(file_system_at("/proc")), fs_type::other);
    EXPECT_GE(run(fs_free(directory.path())), run(fs_avail(directory.path())));
    EXPECT_GT(run(internal::file_system_stat(directory.path())).f_blocks, 0u);
    EXPECT_EQ(error_of(file_system_at(directory.path("missing"))), ENOENT);
}

TEST_P(file_system_test, errors_say_what_was_tried_with_which_file) {
    auto missing = directory.path("missing");
    for (auto& message : {message_of(remove_file(missing)), message_of(file_size(missing)),
                          message_of(rename_file(missing, directory.path("other"))),
                          message_of(open_directory(missing)), message_of(open_file_dma(missing))}) {
        EXPECT_NE(message.find(missing), message.npos) << message;
        EXPECT_NE(message.find("No such file"), message.npos) << message;
    }
}

INSTANTIATE_TEST_SUITE_P(rings, file_system_test, both_rings(), backend_name);

}
}
