#include <seastar/core/file.hh>

#include "io/file_fixture.hh"
#include "io/file_operation.hh"
#include "io/posix_file.hh"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <sys/ioctl.h>
#include <thread>

namespace seastar::io {
namespace {

constexpr size_t block = 4096;

/// Bytes that tell where they belong.
std::string pattern(size_t size, size_t from = 0) {
    std::string s(size, '\0');
    for (size_t i = 0; i < size; ++i) {
        s[i] = static_cast<char>((from + i) * 31 + (from + i) / 253);
    }
    return s;
}

temporary_buffer<char> aligned(std::string_view text) {
    auto b = temporary_buffer<char>::aligned(block, text.size());
    std::memcpy(b.get_write(), text.data(), text.size());
    return b;
}

template <typename Buffer>
std::string text(const Buffer& b) {
    return std::string(b.get(), b.size());
}

constexpr open_flags new_file = open_flags::rw | open_flags::create | open_flags::exclusive;

class FilesOnARing : public file_fixture {
protected:
    future<file> open_at(std::string path, open_flags flags = open_flags::ro) {
        return open_posix_file(std::move(path), flags, {}).then([](shared_ptr<file_impl> impl) {
            return file(std::move(impl));
        });
    }
    file open(std::string_view name, open_flags flags = open_flags::ro) {
        return run(open_at(directory.path(name), flags));
    }
    file open_dir(std::string_view name) {
        return file(run(open_posix_directory(directory.path(name))));
    }
    size_t write(file& f, uint64_t at, std::string_view bytes) {
        auto b = aligned(bytes);
        return run(f.dma_write(at, b.get(), b.size()));
    }
    std::string read(file& f, uint64_t at, size_t size) { return text(run(f.dma_read<char>(at, size))); }
    void close(file& f) { run(f.close()); }
    std::vector<directory_entry> list(file& f) {
        std::vector<directory_entry> found;
        auto listing = f.list_directory([&found](directory_entry e) {
            found.push_back(std::move(e));
            return make_ready_future<>();
        });
        run(listing.done());
        return found;
    }
    /// Where direct I/O may be refused.
    static void in_memory(const std::function<void(const temporary_directory&)>& test) {
        if (!std::filesystem::is_directory("/dev/shm")) {
            return;
        }
        test(temporary_directory("/dev/shm"));
    }
};
INSTANTIATE_TEST_SUITE_P(, FilesOnARing, both_rings(), backend_name);

// ---- opening

TEST_P(FilesOnARing, AMissingOneIsNamedInTheError) {
    EXPECT_EQ(message_of(open_at("no-such-file")), "open: no-such-file: No such file or directory");
    EXPECT_EQ(error_of(open_at(directory.path("no/such"))), ENOENT);
    EXPECT_EQ(error_of(open_posix_directory(directory.write("file", ""))), ENOTDIR);
}

TEST_P(FilesOnARing, AreMadeWithTheirPermissionsOnce) {
    file_open_options options;
    options.create_permissions = file_permissions::user_read | file_permissions::user_write;
    auto f = file(run(open_posix_file(directory.path("f"), new_file, options)));
    EXPECT_EQ(run(f.stat()).st_mode & 0777u, 0600u);
    EXPECT_EQ(error_of(open_at(directory.path("f"), new_file)), EEXIST);
    EXPECT_EQ(run(f.fcntl(F_GETFD)), FD_CLOEXEC);
    close(f);
}

TEST_P(FilesOnARing, ThatCannotBeDirectAreOpenedWithout) {
    auto null = run(open_at("/dev/null", open_flags::rw));
    EXPECT_EQ(run(null.fcntl_short(F_GETFL)) & O_DIRECT, 0);
    std::string odd = "odd";
    EXPECT_EQ(run(null.dma_write(1, odd.data(), odd.size())), 3u);
    EXPECT_EQ(read(null, 0, 100), "");
    close(null);
}

TEST_P(FilesOnARing, HaveAlignmentsThatTheirOwnWritesSatisfy) {
    auto f = open("f", new_file);
    for (auto alignment : {f.disk_read_dma_alignment(), f.disk_write_dma_alignment(),
                           f.disk_overwrite_dma_alignment(), f.memory_dma_alignment()}) {
        EXPECT_GE(alignment, block);
        EXPECT_EQ(alignment & (alignment - 1), 0u);
    }
    auto b = temporary_buffer<char>::aligned(f.memory_dma_alignment(), f.disk_write_dma_alignment());
    std::memset(b.get_write(), 'x', b.size());
    EXPECT_EQ(run(f.dma_write(0, b.get(), b.size())), b.size());
    close(f);
}

// ---- reading and writing

TEST_P(FilesOnARing, GiveBackWhatWasWritten) {
    auto content = pattern(16 * block);
    auto f = open("f", new_file);
    EXPECT_EQ(write(f, 0, content), content.size());
    run(f.flush());
    auto b = temporary_buffer<char>::aligned(block, content.size());
    EXPECT_EQ(run(f.dma_read(0, b.get_write(), b.size())), content.size());
    EXPECT_TRUE(text(b) == content);
    close(f);
    EXPECT_TRUE(directory.read("f") == content);
}

TEST_P(FilesOnARing, AreReadAtAnyOffsetAndLength) {
    auto content = pattern(5 * block + 123);
    directory.write("f", content);
    auto check = [&](const temporary_directory& where) {
        auto f = run(open_at(where.write("f", content)));
        for (size_t at : {0, 1, 511, 512, 4095, 4096, 4097, 10000, 20480, 20600, 20602, 20603, 20604, 30000}) {
            for (size_t size : {0, 1, 2, 511, 4096, 4097, 9000, 30000}) {
                auto expected = content.substr(std::min(at, content.size()), size);
                ASSERT_TRUE(read(f, at, size) == expected) << at << ' ' << size;
            }
        }
        close(f);
    };
    check(directory);
    in_memory(check);
}

TEST_P(FilesOnARing, BulkReadsGoUpToTheAlignment) {
    auto content = pattern(3 * block + 100);
    directory.write("f", content);
    auto f = open("f");
    EXPECT_TRUE(text(run(f.dma_read_bulk<char>(10, 20))) == content.substr(10, block - 10));
    EXPECT_TRUE(text(run(f.dma_read_bulk<char>(block + 1, block))) == content.substr(block + 1, 2 * block - 1));
    EXPECT_TRUE(text(run(f.dma_read_bulk<char>(3 * block, 1))) == content.substr(3 * block));
    EXPECT_TRUE(run(f.dma_read_bulk<char>(3 * block + 100, 1)).empty());
    EXPECT_TRUE(run(f.dma_read_bulk<char>(100 * block, 10 * block)).empty());
    EXPECT_TRUE(run(f.dma_read_bulk<char>(0, 0)).empty());
    EXPECT_EQ(error_of(f.dma_read_bulk<char>(UINT64_MAX, 1)), EINVAL);
    EXPECT_EQ(error_of(f.dma_read_bulk<char>(1, SIZE_MAX)), EINVAL);
    close(f);
}

TEST_P(FilesOnARing, WhoseEndIsBetweenSectorsAreReadToIt) {
    auto check = [&](const temporary_directory& where) {
        for (size_t size : {512, 1024, 4096 - 512, 4096 + 512, 2 * 4096}) { // all of them leave bulk reads in doubt
            auto content = pattern(size);
            auto f = run(open_at(where.write("f", content)));
            EXPECT_TRUE(read(f, 0, 100'000) == content) << size;
            EXPECT_TRUE(read(f, 100, 100'000) == content.substr(100)) << size;
            close(f);
        }
    };
    check(directory);
    in_memory(check);
}

TEST_P(FilesOnARing, ShorterThanNeededFailExactReads) {
    directory.write("f", pattern(5000));
    auto f = open("f");
    EXPECT_TRUE(text(run(f.dma_read_exactly<char>(1000, 4000))) == pattern(4000, 1000));
    EXPECT_THROW(run(f.dma_read_exactly<char>(1000, 4001)), file::eof_error);
    EXPECT_THROW(run(f.dma_read_exactly<char>(6000, 1)), file::eof_error);
    close(f);
}

TEST_P(FilesOnARing, ReadAsZerosWhereNothingWasWritten) {
    auto f = open("f", new_file);
    write(f, 8 * block, pattern(block));
    EXPECT_EQ(run(f.size()), 9 * block);
    EXPECT_TRUE(read(f, 0, 9 * block) == std::string(8 * block, '\0') + pattern(block));
    close(f);
}

TEST_P(FilesOnARing, TakeAndGiveVectors) {
    auto f = open("f", new_file);
    auto a = aligned(pattern(block)), b = aligned(pattern(2 * block, block));
    EXPECT_EQ(run(f.dma_write(block, {{a.get_write(), a.size()}, {b.get_write(), b.size()}})), 3 * block);
    EXPECT_EQ(run(f.dma_write(0, {{a.get_write(), a.size()}})), block);
    auto c = temporary_buffer<char>::aligned(block, 3 * block), d = temporary_buffer<char>::aligned(block, block);
    EXPECT_EQ(run(f.dma_read(block, {{c.get_write(), c.size()}, {d.get_write(), d.size()}})), 3 * block);
    EXPECT_TRUE(text(c) == pattern(3 * block));
    EXPECT_EQ(run(f.dma_read(0, {{d.get_write(), d.size()}})), block);
    EXPECT_TRUE(text(d) == pattern(block));
    EXPECT_EQ(run(f.dma_read(0, std::vector<iovec>())), 0u);
    close(f);
}

TEST_P(FilesOnARing, TakeAsMuchOfAVectorAsTheSystemDoes) {
    auto f = open("f", new_file);
    auto a = aligned(pattern(block));
    std::vector<iovec> many(1500, iovec{a.get_write(), a.size()});
    EXPECT_EQ(run(f.dma_write(0, many)), 1024 * block);
    close(f);
}

TEST_P(FilesOnARing, CutRequestsToTheirGreatestLength) {
    struct limited : file_impl { // reaches the limits, as programs with files of their own do
        static void limit(file_impl& impl, unsigned read, unsigned write) {
            impl.*(&limited::_read_max_length) = read;
            impl.*(&limited::_write_max_length) = write;
        }
    };
    auto content = pattern(10 * block);
    auto f = open("f", new_file);
    limited::limit(*file_impl::get_file_impl(f), 2 * block, 3 * block);
    EXPECT_EQ(f.disk_read_max_length(), 2 * block);
    EXPECT_EQ(f.disk_write_max_length(), 3 * block);
    for (size_t at = 0; at < content.size();) {
        auto n = write(f, at, std::string_view(content).substr(at));
        EXPECT_LE(n, 3 * block);
        at += n;
    }
    auto b = aligned(content);
    EXPECT_EQ(run(f.dma_read(0, b.get_write(), b.size())), 2 * block);
    EXPECT_EQ(run(f.dma_write(0, {{b.get_write(), block}, {b.get_write() + block, 9 * block}})), 3 * block);
    EXPECT_EQ(run(f.dma_read(0, {{b.get_write(), block}, {b.get_write() + block, 9 * block}})), 2 * block);
    EXPECT_TRUE(read(f, 10, 10 * block) == content.substr(10)); // goes on until it has all
    close(f);
}

TEST_P(FilesOnARing, CarryOutManyRequestsAtOnce) {
    constexpr size_t requests = 500;
    auto f = open("f", new_file);
    std::vector<temporary_buffer<char>> blocks;
    std::vector<future<size_t>> writes, reads;
    for (size_t i = 0; i < requests; ++i) {
        blocks.push_back(aligned(pattern(block, i * block)));
        writes.push_back(f.dma_write(i * block, blocks[i].get(), block));
    }
    EXPECT_EQ(file_operations_pending(), on_io_uring() ? requests : 0u);
    EXPECT_EQ(calls().pending(), on_io_uring() ? 0 : requests);
    for (auto& done : writes) {
        EXPECT_EQ(run(std::move(done)), block);
    }
    for (size_t i = 0; i < requests; ++i) {
        std::memset(blocks[i].get_write(), 0, block);
        reads.push_back(f.dma_read(i * block, blocks[i].get_write(), block));
    }
    for (size_t i = 0; i < requests; ++i) {
        EXPECT_EQ(run(std::move(reads[i])), block);
        ASSERT_TRUE(text(blocks[i]) == pattern(block, i * block)) << i;
    }
    EXPECT_EQ(file_operations_pending(), 0u);
    close(f);
}

TEST_P(FilesOnARing, RefuseRequestsThatWereCalledOff) {
    auto f = open("f", new_file);
    auto b = aligned(pattern(block));
    io_intent intent;
    EXPECT_EQ(run(f.dma_write(0, b.get(), b.size(), &intent)), block);
    auto begun = f.dma_read(0, b.get_write(), b.size(), &intent);
    intent.cancel();
    EXPECT_EQ(run(std::move(begun)), block);
    EXPECT_THROW(run(f.dma_read(0, b.get_write(), b.size(), &intent)), cancelled_error);
    EXPECT_THROW(run(f.dma_write(0, b.get(), b.size(), &intent)), cancelled_error);
    EXPECT_THROW(run(f.dma_read_bulk<char>(0, 1, &intent)), cancelled_error);
    EXPECT_THROW(run(f.dma_write(0, {{b.get_write(), 1}, {b.get_write(), 1}}, &intent)), cancelled_error);
    EXPECT_THROW(run(f.dma_read(0, {{b.get_write(), 1}, {b.get_write(), 1}}, &intent)), cancelled_error);
    close(f);
}

TEST_P(FilesOnARing, TellWhatTheSystemRefuses) {
    directory.write("f", "text");
    auto f = open("f");
    auto b = aligned(pattern(block));
    EXPECT_EQ(message_of(f.dma_write(0, b.get(), b.size())),
              "write: " + directory.path("f") + ": Bad file descriptor"); // it is open for reading
    EXPECT_EQ(error_of(f.dma_read(UINT64_MAX, b.get_write(), b.size())), EINVAL);
    EXPECT_EQ(error_of(f.truncate(0)), EINVAL);
    close(f);
    auto full = run(open_at("/dev/full", open_flags::rw));
    EXPECT_EQ(error_of(full.dma_write(0, b.get(), b.size())), ENOSPC);
    close(full);
    auto dir = open_dir("");
    EXPECT_EQ(error_of(dir.dma_read(0, b.get_write(), b.size())), EISDIR);
    close(dir);
}

// ---- size, space, flush

TEST_P(FilesOnARing, AreTruncatedAllocatedAndDiscarded) {
    auto f = open("f", new_file);
    write(f, 0, pattern(4 * block));
    run(f.truncate(2 * block + 7));
    EXPECT_EQ(run(f.size()), 2 * block + 7);
    run(f.truncate(3 * block));
    EXPECT_TRUE(read(f, 0, 3 * block) == pattern(2 * block + 7) + std::string(block - 7, '\0'));
    run(f.allocate(0, 64 * block));
    EXPECT_EQ(run(f.size()), 3 * block);
    run(f.discard(0, block));
    EXPECT_TRUE(read(f, 0, block) == std::string(block, '\0'));
    EXPECT_EQ(run(f.stat()).st_size, static_cast<off_t>(3 * block));
    close(f);
}

TEST_P(FilesOnARing, RefuseToWriteOnceAFlushHasFailed) {
    // What cannot be flushed at all serves as well as a broken disk.
    auto f = run(open_at("/dev/null", open_flags::rw));
    auto b = aligned(pattern(block));
    auto other = f.dup();
    EXPECT_EQ(run(f.dma_write(0, b.get(), b.size())), block);
    EXPECT_EQ(message_of(f.flush()), "fdatasync: /dev/null: Invalid argument");
    EXPECT_EQ(message_of(f.dma_write(0, b.get(), b.size())), "write: /dev/null: Invalid argument");
    EXPECT_EQ(error_of(f.dma_write(0, {{b.get_write(), 1}, {b.get_write(), 1}})), EINVAL);
    EXPECT_EQ(message_of(f.flush()), "fdatasync: /dev/null: Invalid argument");
    EXPECT_EQ(message_of(f.truncate(0)), "ftruncate: /dev/null: Invalid argument");
    EXPECT_EQ(read(f, 0, 100), ""); // reading goes on
    close(f);
    auto g = std::move(other).to_file();
    EXPECT_EQ(error_of(g.dma_write(0, b.get(), b.size())), EINVAL);
    close(g);
}

TEST_P(FilesOnARing, ThatAreBlockDevicesKnowTheirSize) {
    for (auto& entry : std::filesystem::directory_iterator("/sys/class/block")) {
        uint64_t sectors = 0;
        std::ifstream(entry.path() / "size") >> sectors;
        auto opened = open_at("/dev/" + entry.path().filename().string());
        EXPECT_TRUE(shard().run_until([&] { return opened.available(); }));
        if (opened.failed() || sectors == 0) {
            opened.ignore_ready_future();
            continue;
        }
        auto f = opened.get();
        EXPECT_EQ(run(f.size()), sectors * 512);
        EXPECT_EQ(run(f.stat()).st_size, 0);
        close(f);
        return;
    }
    GTEST_SKIP() << "there is no block device that may be read";
}

TEST_P(FilesOnARing, AreWrittenThroughWithDsync) {
    auto f = open("f", new_file | open_flags::dsync);
    EXPECT_EQ(run(f.fcntl_short(F_GETFL)) & O_DSYNC, O_DSYNC);
    EXPECT_EQ(write(f, 0, pattern(block)), block);
    close(f);
}

// ---- what else is asked of them

TEST_P(FilesOnARing, AreControlled) {
    directory.write("f", "four");
    auto f = open("f");
    int available = 0;
    EXPECT_EQ(run(f.ioctl(FIONREAD, &available)), 0);
    EXPECT_EQ(std::exchange(available, 0), 4);
    EXPECT_EQ(run(f.ioctl_short(FIONREAD, &available)), 0);
    EXPECT_EQ(available, 4);
    EXPECT_EQ(message_of(f.ioctl(TCGETS, &available)),
              "ioctl: " + directory.path("f") + ": Inappropriate ioctl for device");
    EXPECT_EQ(run(f.fcntl(F_GETFL)) & O_ACCMODE, O_RDONLY);
    EXPECT_EQ(error_of(f.fcntl_short(-1)), EINVAL);
    close(f);
}

TEST_P(FilesOnARing, KeepAHintAboutTheirLifetime) {
    auto f = open("f", new_file);
    run(f.set_inode_lifetime_hint(RWH_WRITE_LIFE_SHORT));
    EXPECT_EQ(run(f.get_inode_lifetime_hint()), static_cast<uint64_t>(RWH_WRITE_LIFE_SHORT));
    EXPECT_EQ(error_of(f.set_inode_lifetime_hint(12345)), EINVAL);
    close(f);
}

// ---- closing and sharing

TEST_P(FilesOnARing, ThatAreBeingClosedKeepThemselves) {
    auto closed = open("f", new_file).close(); // nobody else has it
    run(std::move(closed));
}

TEST_P(FilesOnARing, ThatAreDroppedCloseTheirDescriptor) {
    auto before = open_descriptors();
    { auto f = open("f", new_file); }
    EXPECT_EQ(open_descriptors(), before);
}

TEST_P(FilesOnARing, ThatAreDroppedFinishTheirRequests) {
    auto f = open("f", new_file);
    auto b = aligned(pattern(block));
    auto written = f.dma_write(0, b.get(), b.size());
    f = {};
    EXPECT_EQ(run(std::move(written)), block);
    EXPECT_TRUE(directory.read("f") == pattern(block));
}

TEST_P(FilesOnARing, ThatAreClosedRefuseEverything) {
    auto f = open("f", new_file);
    close(f);
    auto b = aligned(pattern(block));
    EXPECT_EQ(error_of(f.dma_write(0, b.get(), b.size())), EBADF);
    EXPECT_EQ(error_of(f.dma_read(0, b.get_write(), b.size())), EBADF);
    EXPECT_EQ(error_of(f.flush()), EBADF);
    EXPECT_EQ(error_of(f.size()), EBADF);
}

TEST_P(FilesOnARing, AreClosedOnce) {
    auto opened = std::make_shared<open_file>(directory.write("f", "")); // without a thread: death tests fork
    ASSERT_EQ(opened->open(O_RDONLY, 0), 0);
    file f(make_shared<posix_file>(file_share(opened)));
    EXPECT_DEATH({ (void)f.close(); (void)f.close(); }, "held");
}

TEST_P(FilesOnARing, AreOpenUntilTheLastHandleIsClosed) {
    auto f = open("f", new_file);
    auto handle = f.dup();
    auto copy = handle;
    auto before = open_descriptors();
    auto a = handle.to_file();
    auto b = std::move(copy).to_file();
    write(f, 0, pattern(block));
    close(f);
    EXPECT_TRUE(read(a, 0, block) == pattern(block));
    close(a);
    EXPECT_TRUE(read(b, 0, block) == pattern(block));
    close(b);
    EXPECT_EQ(open_descriptors(), before);
    { auto gone = std::move(handle); }
    EXPECT_EQ(open_descriptors(), before - 1);
}

TEST_P(FilesOnARing, AreUsedOnAnotherShardThroughAHandle) {
    auto f = open("f", new_file);
    write(f, 0, pattern(block));
    std::thread other([handle = f.dup()]() mutable {
        int error = 0;
        auto ring = kernel::make_ring(GetParam(), error);
        ASSERT_TRUE(ring) << error;
        loop::shard_options options;
        options.id = 1;
        loop::shard shard(*ring, options);
        blocking_calls calls(shard);
        auto wait_for = [&](auto f) {
            EXPECT_TRUE(shard.run_until([&] { return f.available(); }, ring->now() + 60'000'000'000));
            return f.get();
        };
        auto g = std::move(handle).to_file();
        EXPECT_TRUE(text(wait_for(g.dma_read<char>(0, block))) == pattern(block));
        auto b = aligned(pattern(block, block));
        EXPECT_EQ(wait_for(g.dma_write(block, b.get(), b.size())), block);
        wait_for(g.close());
    });
    for (int i = 0; i < 100; ++i) { // at the same time
        EXPECT_TRUE(read(f, 0, block) == pattern(block));
    }
    other.join();
    EXPECT_TRUE(read(f, 0, 2 * block) == pattern(2 * block));
    close(f);
}

// ---- directories

TEST_P(FilesOnARing, ADirectoryOfAThousandEntriesIsListed) {
    std::set<std::string> expected;
    for (int i = 0; i < 1000; ++i) {
        auto name = "a-file-with-a-name-of-some-length-" + std::to_string(i);
        directory.write(name, "");
        expected.insert(name);
    }
    auto dir = open_dir("");
    for (int round = 0; round < 2; ++round) { // each listing has all of it
        std::set<std::string> names;
        for (auto& entry : list(dir)) {
            names.insert(std::string(entry.name));
        }
        EXPECT_TRUE(names == expected);
    }
    close(dir);
}

TEST_P(FilesOnARing, EntriesHaveTheirKinds) {
    directory.write("file", "");
    std::filesystem::create_directory(directory.path("folder"));
    std::filesystem::create_symlink("file", directory.path("link"));
    ASSERT_EQ(::mkfifo(directory.path("fifo").c_str(), 0600), 0);
    auto dir = open_dir("");
    std::map<std::string, directory_entry_type> found;
    for (auto& entry : list(dir)) {
        if (!entry.type) {
            GTEST_SKIP() << "the file system does not say";
        }
        found.emplace(entry.name, *entry.type);
    }
    std::map<std::string, directory_entry_type> expected = {{"file", directory_entry_type::regular},
                                                            {"folder", directory_entry_type::directory},
                                                            {"link", directory_entry_type::link},
                                                            {"fifo", directory_entry_type::fifo}};
    EXPECT_TRUE(found == expected);
    close(dir);
}

TEST_P(FilesOnARing, EntriesComeOneAtATimeAndTheDirectoryMayBeClosedAfterThem) {
    for (int i = 0; i < 50; ++i) {
        directory.write(std::to_string(i), "");
    }
    auto dir = open_dir("");
    int at_once = 0, count = 0;
    auto listing = dir.list_directory([&](directory_entry e) {
        EXPECT_EQ(at_once++, 0);
        return dir.statat(e.name).then([&](struct stat info) {
            EXPECT_TRUE(S_ISREG(info.st_mode));
            --at_once;
            ++count;
        });
    });
    auto closed = listing.done().then([&dir] { return dir.close(); });
    run(std::move(closed));
    EXPECT_EQ(count, 50);
}

TEST_P(FilesOnARing, AListingEndsWithItsListener) {
    directory.write("a", "");
    directory.write("b", "");
    auto dir = open_dir("");
    int count = 0;
    auto failing = dir.list_directory([&count](directory_entry) {
        ++count;
        return make_exception_future<>(std::runtime_error("enough"));
    });
    EXPECT_EQ(message_of(failing.done()), "enough");
    EXPECT_EQ(count, 1);
    { auto dropped = dir.list_directory([&count](directory_entry) { return ++count, make_ready_future<>(); }); }
    EXPECT_TRUE(shard().run_until([&] { return calls().pending() == 0; }));
    settle();
    close(dir);
    EXPECT_EQ(count, 1);
    auto f = open("a");
    auto wrong = f.list_directory([](directory_entry) { return make_ready_future<>(); });
    EXPECT_EQ(message_of(wrong.done()), "getdents64: " + directory.path("a") + ": Not a directory");
    close(f);
}

TEST_P(FilesOnARing, ADirectoryIsFlushed) {
    auto dir = open_dir("");
    run(dir.flush());
    EXPECT_EQ(message_of(dir.statat("none")), "fstatat: " + directory.path("none") + ": No such file or directory");
    close(dir);
}

// ---- the end of the shard

TEST_P(FilesOnARing, RefuseRequestsOfAShardThatLeaves) {
    auto f = open("f", new_file);
    auto b = aligned(pattern(block));
    calls().stop();
    EXPECT_EQ(error_of(f.dma_write(0, b.get(), b.size())), ECANCELED);
    EXPECT_EQ(error_of(f.dma_read_bulk<char>(0, 1)), ECANCELED);
    EXPECT_THROW(run(f.size()), broken_promise);
    EXPECT_THROW(close(f), broken_promise);
}

TEST_P(FilesOnARing, EndOrDropRequestsOfAShardThatLeaves) {
    auto f = open("f", new_file);
    auto b = aligned(pattern(block));
    std::vector<future<size_t>> begun;
    for (size_t i = 0; i < 100; ++i) {
        begun.push_back(f.dma_write(i * block, b.get(), b.size()));
    }
    calls().stop();
    EXPECT_TRUE(shard().run_until([&] { return calls().pending() == 0 && file_operations_pending() == 0; }));
    size_t written = 0, dropped = 0;
    for (auto& done : begun) {
        try {
            written += run(std::move(done)) / block;
        } catch (const broken_promise&) {
            ++dropped;
        }
    }
    EXPECT_EQ(written + dropped, 100u);
    if (on_io_uring()) {
        EXPECT_EQ(written, 100u);
    }
}

// ---- a file_impl of a program

struct simplest final : file_impl {
    future<size_t> write_dma(uint64_t, const void*, size_t, io_intent*) override { throw std::bad_alloc(); }
    future<size_t> write_dma(uint64_t, std::vector<iovec>, io_intent*) override { throw std::bad_alloc(); }
    future<size_t> read_dma(uint64_t, void*, size_t, io_intent*) override { throw std::bad_alloc(); }
    future<size_t> read_dma(uint64_t, std::vector<iovec>, io_intent*) override { throw std::bad_alloc(); }
    future<> flush() override { return make_ready_future<>(); }
    future<struct stat> stat() override { throw std::bad_alloc(); }
    future<> truncate(uint64_t) override { throw std::bad_alloc(); }
    future<> discard(uint64_t, uint64_t) override { throw std::bad_alloc(); }
    future<> allocate(uint64_t, uint64_t) override { throw std::bad_alloc(); }
    future<uint64_t> size() override { throw std::bad_alloc(); }
    future<> close() override { throw std::bad_alloc(); }
    subscription<directory_entry> list_directory(std::function<future<>(directory_entry)>) override {
        throw std::bad_alloc();
    }
    future<temporary_buffer<uint8_t>> dma_read_bulk(uint64_t, size_t, io_intent*) override { throw std::bad_alloc(); }
};

TEST_P(FilesOnARing, OfAProgramNeedNotDoEverything) {
    file f(make_shared<simplest>());
    EXPECT_EQ(error_of(f.statat("x")), ENOTSUP);
    EXPECT_EQ(error_of(f.ioctl(0, nullptr)), ENOTSUP);
    EXPECT_EQ(error_of(f.ioctl_short(0, nullptr)), ENOTSUP);
    EXPECT_EQ(error_of(f.fcntl(0)), ENOTSUP);
    EXPECT_EQ(error_of(f.fcntl_short(0)), ENOTSUP);
    EXPECT_EQ(error_of(f.get_inode_lifetime_hint()), ENOTSUP);
    EXPECT_THROW(f.dup(), std::system_error);
    EXPECT_THROW(run(f.size()), std::bad_alloc);
    EXPECT_THROW(run(f.dma_read_exactly<char>(0, 1)), std::bad_alloc);
    EXPECT_THROW(run(f.close()), std::bad_alloc);
}

}
}
