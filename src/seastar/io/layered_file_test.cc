#include <seastar/core/layered_file.hh>

#include "future/test_loop.hh"
#include "io/memory_file.hh"

namespace seastar {
namespace {

/// Keeps on the disk the complement of what it is given.
class inverting_file final : public layered_file_impl {
public:
    explicit inverting_file(file below) : layered_file_impl(std::move(below)) { _read_max_length = 8192; }

    future<size_t> write_dma(uint64_t pos, const void* from, size_t len, io_intent* intent) override {
        auto inverted = temporary_buffer<char>::aligned(_memory_dma_alignment, len);
        invert(static_cast<const char*>(from), len, inverted.get_write());
        auto* data = inverted.get();
        return underlying_file().dma_write(pos, data, len, intent).finally([inverted = std::move(inverted)] {});
    }
    future<temporary_buffer<uint8_t>> dma_read_bulk(uint64_t pos, size_t len, io_intent* intent) override {
        return underlying_file().dma_read_bulk<uint8_t>(pos, len, intent).then([](temporary_buffer<uint8_t> b) {
            invert(b.get(), b.size(), b.get_write());
            return b;
        });
    }
    future<size_t> write_dma(uint64_t pos, std::vector<iovec> iov, io_intent* intent) override {
        return underlying_file().dma_write(pos, std::move(iov), intent);
    }
    future<size_t> read_dma(uint64_t pos, void* to, size_t len, io_intent* intent) override {
        return underlying_file().dma_read(pos, static_cast<char*>(to), len, intent);
    }
    future<size_t> read_dma(uint64_t pos, std::vector<iovec> iov, io_intent* intent) override {
        return underlying_file().dma_read(pos, std::move(iov), intent);
    }
    future<> flush() override { return underlying_file().flush(); }
    future<struct stat> stat() override { return underlying_file().stat(); }
    future<> truncate(uint64_t length) override { return underlying_file().truncate(length); }
    future<> discard(uint64_t offset, uint64_t length) override { return underlying_file().discard(offset, length); }
    future<> allocate(uint64_t at, uint64_t length) override { return underlying_file().allocate(at, length); }
    future<uint64_t> size() override { return std::as_const(*this).underlying_file().size(); }
    future<> close() override { return underlying_file().close(); }
    subscription<directory_entry> list_directory(std::function<future<>(directory_entry)> next) override {
        return underlying_file().list_directory(std::move(next));
    }

private:
    template <typename Char>
    static void invert(const Char* from, size_t n, Char* to) {
        std::transform(from, from + n, to, [](Char c) { return static_cast<Char>(~c); });
    }
};

class LayeredFile : public testing::loop_fixture {
protected:
    testing::memory_disk disk;
};

TEST_F(LayeredFile, HasTheAlignmentsOfTheFileBelowUnlessItSaysOtherwise) {
    disk.alignment = 2048;
    file f(make_shared<inverting_file>(disk.open()));
    EXPECT_EQ(f.memory_dma_alignment(), 2048u);
    EXPECT_EQ(f.disk_read_dma_alignment(), 2048u);
    EXPECT_EQ(f.disk_write_dma_alignment(), 2048u);
    EXPECT_EQ(f.disk_overwrite_dma_alignment(), 2048u);
    EXPECT_EQ(f.disk_write_max_length(), disk.open().disk_write_max_length());
    EXPECT_EQ(f.disk_read_max_length(), 8192u);
}

TEST_F(LayeredFile, StandsBetweenTheProgramAndTheFileBelow) {
    file f(make_shared<inverting_file>(disk.open()));
    auto data = temporary_buffer<char>::aligned(512, 512);
    std::fill_n(data.get_write(), 512, '\x0f');
    EXPECT_EQ(run(f.dma_write(0, data.get(), 512)), 512u);
    EXPECT_EQ(disk.data, std::string(512, '\xf0'));
    EXPECT_TRUE(run(f.dma_read_bulk<char>(0, 512)) == data);
    EXPECT_EQ(run(f.size()), 512u);
    run(f.close());
    EXPECT_EQ(disk.closes, 1);
}

}
}
