#include "kernel/files.hh"

#include "kernel/fd.hh"
#include "kernel/fixture_tree.hh"
#include "kernel/sim/world.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <string_view>

namespace seastar::kernel {
namespace {

class Files : public testing::Test {
protected:
    fixture_tree tree;

    std::string path(const char* name) const { return tree.root() + "/" + name; }
    descriptor make(const char* name) const {
        descriptor fd(open_file(path(name).c_str(), O_RDWR | O_CREAT, 0600));
        EXPECT_TRUE(fd);
        return fd;
    }
    static int64_t write(int fd, std::string_view text, uint64_t offset = 0) {
        iovec piece{const_cast<char*>(text.data()), text.size()};
        return write_at(fd, &piece, 1, offset);
    }
    static std::string read(int fd, size_t size, uint64_t offset = 0) {
        std::string text(size, '\0');
        iovec halves[] = {{text.data(), size / 2}, {text.data() + size / 2, size - size / 2}};
        int64_t n = read_at(fd, halves, 2, offset);
        EXPECT_GE(n, 0);
        text.resize(n > 0 ? static_cast<size_t>(n) : 0);
        return text;
    }
};

TEST_F(Files, AreOpenedCloseOnExecAndTellWhyNot) {
    auto fd = make("a");
    EXPECT_EQ(file_control(fd.get(), F_GETFD, 0), FD_CLOEXEC);
    EXPECT_EQ(open_file(path("none").c_str(), O_RDONLY, 0), -ENOENT);
    EXPECT_EQ(open_file(path("a").c_str(), O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST);
    EXPECT_EQ(close_file(fd.release()), 0);
    EXPECT_EQ(close_file(-1), -EBADF);
}

TEST_F(Files, AreReadAndWrittenAtOffsets) {
    auto fd = make("a");
    EXPECT_EQ(write(fd.get(), "world", 6), 5);
    EXPECT_EQ(write(fd.get(), "hello "), 6);
    EXPECT_EQ(read(fd.get(), 100), "hello world");
    EXPECT_EQ(read(fd.get(), 3, 6), "wor");
    EXPECT_EQ(read(fd.get(), 3, 11), "");
    char byte;
    iovec piece{&byte, 1};
    EXPECT_EQ(read_at(fd.get(), &piece, 1, UINT64_MAX), -EINVAL);
    EXPECT_EQ(read_at(-1, &piece, 1, 0), -EBADF);
}

TEST_F(Files, ChangeTheirSizeAndSpace) {
    auto fd = make("a");
    EXPECT_EQ(write(fd.get(), std::string(10000, 'x')), 10000);
    EXPECT_EQ(set_file_size(fd.get(), 9000), 0);
    EXPECT_EQ(file_size(fd.get()), 9000);
    int allocated = allocate_range(fd.get(), 0, 1 << 20);
    int discarded = discard_range(fd.get(), 4096, 4096);
    if (allocated == -EOPNOTSUPP || discarded == -EOPNOTSUPP) {
        GTEST_SKIP() << "the file system of the temporary directory cannot do that";
    }
    EXPECT_EQ(allocated, 0);
    EXPECT_EQ(discarded, 0);
    EXPECT_EQ(file_size(fd.get()), 9000);
    EXPECT_EQ(read(fd.get(), 4096, 4096), std::string(4096, '\0'));
    EXPECT_EQ(read(fd.get(), 4096), std::string(4096, 'x'));
    struct stat info;
    ASSERT_EQ(stat_file(fd.get(), info), 0);
    EXPECT_GE(info.st_blocks * 512, 9000);
}

TEST_F(Files, AreSynced) {
    auto fd = make("a");
    EXPECT_EQ(sync_file(fd.get()), 0);
    descriptor folder(open_file(tree.root().c_str(), O_RDONLY | O_DIRECTORY, 0));
    EXPECT_EQ(sync_file(folder.get()), 0);
    descriptor null(open_file("/dev/null", O_RDWR, 0));
    EXPECT_EQ(sync_file(null.get()), -EINVAL);
}

TEST_F(Files, TellWhetherTheyCanBeDirect) {
    descriptor null(open_file("/dev/null", O_RDWR, 0));
    EXPECT_EQ(set_direct(null.get()), -EINVAL);
    EXPECT_EQ(set_direct(-1), -EBADF);
    auto fd = make("a");
    unsigned memory = 1, offset = 1;
    EXPECT_EQ(direct_alignment(fd.get(), memory, offset), 0);
    EXPECT_EQ(memory & (memory - 1), 0u);
    EXPECT_EQ(offset & (offset - 1), 0u);
    EXPECT_EQ(direct_alignment(-1, memory, offset), -EBADF);
}

TEST_F(Files, AreDuplicatedAndControlled) {
    auto fd = make("a");
    descriptor other(file_control(fd.get(), F_DUPFD_CLOEXEC, 0));
    ASSERT_TRUE(other);
    write(fd.get(), "same");
    EXPECT_EQ(read(other.get(), 10), "same");
    int available = -1;
    EXPECT_EQ(io_control(fd.get(), FIONREAD, &available), 0);
    EXPECT_EQ(available, 4);
    EXPECT_EQ(file_control(fd.get(), F_GETFL, 0) & O_ACCMODE, O_RDWR);
    EXPECT_EQ(io_control(fd.get(), TIOCGPGRP, &available), -ENOTTY);
}

TEST_F(Files, AreNamedLinkedAndRemoved) {
    auto fd = make("a");
    EXPECT_EQ(link_path(path("a").c_str(), path("b").c_str()), 0);
    EXPECT_EQ(rename_path(path("b").c_str(), path("a").c_str(), RENAME_NOREPLACE), -EEXIST);
    EXPECT_EQ(rename_path(path("b").c_str(), path("c").c_str(), 0), 0);
    EXPECT_EQ(make_directory(path("d").c_str(), 0700), 0);
    EXPECT_EQ(make_directory(path("d").c_str(), 0700), -EEXIST);
    EXPECT_EQ(rename_path(path("c").c_str(), path("d/c").c_str(), 0), 0);
    EXPECT_EQ(remove_path(path("d").c_str()), -ENOTEMPTY);
    EXPECT_EQ(remove_path(path("d/c").c_str()), 0);
    EXPECT_EQ(remove_path(path("d").c_str()), 0);
    EXPECT_EQ(remove_path(path("d").c_str()), -ENOENT);
    EXPECT_EQ(check_access(path("a").c_str(), F_OK), 0);
    EXPECT_EQ(check_access(path("c").c_str(), F_OK), -ENOENT);
}

TEST_F(Files, TellAndChangeWhatTheyAre) {
    make("a");
    EXPECT_EQ(change_mode(path("a").c_str(), 0640), 0);
    struct stat info;
    ASSERT_EQ(stat_path(AT_FDCWD, path("a").c_str(), 0, info), 0);
    EXPECT_EQ(info.st_mode & 07777u, 0640u);
    EXPECT_EQ(change_owner(path("a").c_str(), info.st_uid, info.st_gid), 0);
    descriptor folder(open_file(tree.root().c_str(), O_RDONLY | O_DIRECTORY, 0));
    struct stat same;
    ASSERT_EQ(stat_path(folder.get(), "a", 0, same), 0);
    EXPECT_EQ(same.st_ino, info.st_ino);
    EXPECT_EQ(stat_path(folder.get(), "b", 0, same), -ENOENT);
}

TEST_F(Files, TellTheirFileSystem) {
    uint32_t magic = 0;
    EXPECT_EQ(file_system_kind("/proc", magic), 0);
    EXPECT_EQ(magic, PROC_SUPER_MAGIC);
    EXPECT_EQ(file_system_kind(path("none").c_str(), magic), -ENOENT);
    struct statvfs info;
    EXPECT_EQ(file_system_stat(tree.root().c_str(), info), 0);
    EXPECT_GT(info.f_frsize, 0u);
}

TEST_F(Files, DirectoriesAreReadInPieces) {
    for (int i = 0; i < 2000; ++i) { // more than fit into one
        make(("a-name-of-some-length-" + std::to_string(i)).c_str());
    }
    make_directory(path("folder").c_str(), 0700);
    descriptor folder(open_file(tree.root().c_str(), O_RDONLY | O_DIRECTORY, 0));
    for (int round = 0; round < 2; ++round) {
        std::vector<directory_item> items;
        int pieces = 0;
        int64_t last;
        for (; (last = read_directory(folder.get(), items)) > 0; ++pieces) {
        }
        EXPECT_EQ(last, 0);
        EXPECT_GT(pieces, 1);
        EXPECT_EQ(items.size(), 2001u);
        auto found = std::ranges::find(items, "folder", &directory_item::name);
        ASSERT_NE(found, items.end());
        EXPECT_TRUE(found->type == DT_DIR || found->type == DT_UNKNOWN);
        EXPECT_EQ(rewind_directory(folder.get()), 0);
    }
}

TEST_F(Files, AnEmptyDirectoryHasNoEntries) {
    descriptor folder(open_file(tree.root().c_str(), O_RDONLY | O_DIRECTORY, 0));
    std::vector<directory_item> items;
    EXPECT_EQ(read_directory(folder.get(), items), 0);
    EXPECT_TRUE(items.empty());
    auto file = make("a");
    EXPECT_EQ(read_directory(file.get(), items), -ENOTDIR);
}

TEST_F(Files, ASubstituteHasNone) {
    auto fd = make("a");
    sim::world world(sim::options{});
    substitute_scope scope(&world);
    EXPECT_EQ(open_file(path("a").c_str(), O_RDONLY, 0), -EOPNOTSUPP);
    EXPECT_EQ(file_size(fd.get()), -EOPNOTSUPP);
    EXPECT_EQ(make_directory(path("d").c_str(), 0700), -EOPNOTSUPP);
    EXPECT_EQ(set_direct(fd.get()), -EOPNOTSUPP);
}

}
}
