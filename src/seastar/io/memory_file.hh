/// A file in memory for the tests of streams over files: it insists on the alignments, takes its time, in an order that
/// nobody expects but that follows from a seed, and fails or stops short when told to.
#pragma once

#include <seastar/core/align.hh>
#include <seastar/core/file.hh>
#include <seastar/util/later.hh>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <random>
#include <string>
#include <system_error>

namespace seastar::testing {

/// What is on the disk, how it shall behave, and what has been asked of it. Outlives the files over it.
struct memory_disk {
    std::string data;

    unsigned alignment = 512;
    unsigned delay_min = 0, delay_max = 0; ///< turns of the run queue that a request takes
    bool short_writes = false;             ///< some writes stop short, at any byte
    size_t least_write = alignment;        ///< of such
    int fail_read = -1;                    ///< the number of the read that fails, from 0 on
    int fail_write = -1;
    bool fail_truncate = false;
    bool fail_flush = false;
    bool fail_close = false;
    bool can_allocate = true;
    std::mt19937_64 random{1};

    struct range {
        uint64_t pos;
        size_t len;
    };
    std::vector<range> reads;
    std::vector<range> writes;
    std::vector<const char*> written_from;
    std::vector<range> allocations;
    int truncates = 0;
    int flushes = 0;
    int closes = 0;
    size_t changes_since_flush = 0;
    size_t reads_at_once = 0, most_reads = 0;
    size_t writes_at_once = 0, most_writes = 0;
    std::list<range> writing;

    future<> delay() { return turns(std::uniform_int_distribution(delay_min, delay_max)(random)); }
    file open();

    static std::system_error error(int code) { return {code, std::system_category()}; }
    static future<> turns(unsigned n) {
        return n ? yield().then([n] { return turns(n - 1); }) : make_ready_future<>();
    }
};

class memory_file final : public file_impl {
    memory_disk& _disk;

public:
    explicit memory_file(memory_disk& disk) noexcept : _disk(disk) {
        _memory_dma_alignment = disk.alignment;
        _disk_read_dma_alignment = _disk_write_dma_alignment = _disk_overwrite_dma_alignment = disk.alignment;
    }

    future<size_t> write_dma(uint64_t pos, const void* from, size_t len, io_intent*) override {
        EXPECT_EQ(pos % _disk.alignment, 0u);
        EXPECT_EQ(len % _disk.alignment, 0u);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(from) % _disk.alignment, 0u);
        EXPECT_GT(len, 0u);
        for (auto& other : _disk.writing) {
            EXPECT_TRUE(pos + len <= other.pos || other.pos + other.len <= pos) << "two writes overlap";
        }
        bool fails = static_cast<int>(_disk.writes.size()) == _disk.fail_write;
        _disk.writes.push_back({pos, len});
        _disk.written_from.push_back(static_cast<const char*>(from));
        auto now = _disk.writing.insert(_disk.writing.end(), {pos, len});
        _disk.most_writes = std::max(_disk.most_writes, ++_disk.writes_at_once);
        return _disk.delay().then([this, pos, from, len, now, fails] {
            --_disk.writes_at_once;
            _disk.writing.erase(now);
            if (fails) {
                return make_exception_future<size_t>(_disk.error(ENOSPC));
            }
            return make_ready_future<size_t>(store(pos, static_cast<const char*>(from), shortened(len)));
        });
    }

    future<temporary_buffer<uint8_t>> dma_read_bulk(uint64_t pos, size_t len, io_intent*) override {
        EXPECT_EQ(pos % _disk.alignment, 0u);
        EXPECT_GT(len, 0u);
        bool fails = static_cast<int>(_disk.reads.size()) == _disk.fail_read;
        _disk.reads.push_back({pos, len});
        _disk.most_reads = std::max(_disk.most_reads, ++_disk.reads_at_once);
        return _disk.delay().then([this, pos, len, fails] {
            --_disk.reads_at_once;
            if (fails) {
                return make_exception_future<temporary_buffer<uint8_t>>(_disk.error(EIO));
            }
            auto there = pos < _disk.data.size() ? _disk.data.size() - pos : 0;
            auto n = std::min(align_up<size_t>(len, _disk.alignment), there);
            auto* from = reinterpret_cast<const uint8_t*>(_disk.data.data()) + (n ? pos : 0);
            return make_ready_future<temporary_buffer<uint8_t>>(from, n);
        });
    }

    future<> truncate(uint64_t length) override {
        nothing_is_being_written();
        ++_disk.truncates;
        ++_disk.changes_since_flush;
        return _disk.delay().then([this, length] {
            if (_disk.fail_truncate) {
                return make_exception_future<>(_disk.error(EFBIG));
            }
            _disk.data.resize(length);
            return make_ready_future<>();
        });
    }

    future<> flush() override {
        nothing_is_being_written();
        ++_disk.flushes;
        return _disk.delay().then([this] {
            _disk.changes_since_flush = 0;
            return _disk.fail_flush ? make_exception_future<>(_disk.error(EIO)) : make_ready_future<>();
        });
    }

    future<> allocate(uint64_t position, uint64_t length) override {
        _disk.allocations.push_back({position, length});
        return _disk.delay().then([this] {
            return _disk.can_allocate ? make_ready_future<>() : make_exception_future<>(_disk.error(EOPNOTSUPP));
        });
    }

    future<> close() override {
        nothing_is_being_written();
        EXPECT_EQ(_disk.reads_at_once, 0u);
        ++_disk.closes;
        return _disk.fail_close ? make_exception_future<>(_disk.error(EBADF)) : make_ready_future<>();
    }

    future<uint64_t> size() override { return make_ready_future<uint64_t>(_disk.data.size()); }

    // Streams have no use for these.
    future<size_t> write_dma(uint64_t, std::vector<iovec>, io_intent*) override { return unused<size_t>(); }
    future<size_t> read_dma(uint64_t, void*, size_t, io_intent*) override { return unused<size_t>(); }
    future<size_t> read_dma(uint64_t, std::vector<iovec>, io_intent*) override { return unused<size_t>(); }
    future<struct stat> stat() override { return unused<struct stat>(); }
    future<> discard(uint64_t, uint64_t) override { return unused<void>(); }
    subscription<directory_entry> list_directory(std::function<future<>(directory_entry)>) override {
        throw _disk.error(ENOTDIR);
    }

private:
    template <typename T>
    future<T> unused() {
        ADD_FAILURE() << "a stream asked for what it has no use for";
        return make_exception_future<T>(_disk.error(ENOTSUP));
    }
    void nothing_is_being_written() { EXPECT_EQ(_disk.writes_at_once, 0u); }
    size_t shortened(size_t len) {
        return _disk.short_writes && _disk.random() % 2
                   ? _disk.least_write + _disk.random() % (len - _disk.least_write + 1)
                   : len;
    }
    size_t store(uint64_t pos, const char* from, size_t n) {
        _disk.data.resize(std::max<size_t>(_disk.data.size(), pos + n));
        std::memcpy(_disk.data.data() + pos, from, n);
        ++_disk.changes_since_flush;
        return n;
    }
};

inline file memory_disk::open() {
    return file(make_shared<memory_file>(*this));
}

}
