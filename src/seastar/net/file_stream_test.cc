#include <seastar/core/fstream.hh>

#include "future/test_loop.hh"
#include "io/memory_file.hh"

#include <optional>

namespace seastar {
namespace {

using buffer = temporary_buffer<char>;
using testing::memory_disk;

std::string text(const buffer& b) {
    return std::string(b.get(), b.size());
}

std::string some_text(size_t n) {
    std::string s(n, '\0');
    for (size_t i = 0; i < n; ++i) {
        s[i] = static_cast<char>(i * 7 + i / 251);
    }
    return s;
}

class FileStreams : public testing::loop_fixture {
protected:
    memory_disk disk;

    size_t below(size_t n) { return disk.random() % n; }

    template <typename T>
    int error_of(future<T> f) {
        try {
            (void)run(std::move(f));
            return 0;
        } catch (const std::system_error& e) {
            return e.code().value();
        }
    }
    int error_of(future<> f) {
        return error_of(f.then([] { return 0; }));
    }
};

// ---- reading

class FileInput : public FileStreams {
protected:
    file_input_stream_options options;

    FileInput() { options.buffer_size = 1024; }

    std::string rest_of(input_stream<char>& in) {
        std::string s;
        while (true) {
            auto piece = run(in.read());
            if (piece.empty()) {
                return s;
            }
            s += text(piece);
        }
    }
    // A read is in progress that nobody has asked for, and will fail.
    input_stream<char> with_failing_read_ahead() {
        disk.data = some_text(10'000);
        options.read_ahead = 2;
        auto in = make_file_input_stream(disk.open(), options);
        run(in.read());
        disk.delay_min = disk.delay_max = 20;
        disk.fail_read = 3;
        run(in.read());
        return in;
    }
    // Reads part of a file in ways chosen at random.
    void read_somehow(input_stream<char>& in, std::string_view expected) {
        size_t at = 0;
        while (!in.eof()) {
            auto n = below(3000);
            auto kind = below(6);
            if (kind == 0) {
                run(in.skip(n));
                at = std::min(at + n, expected.size());
                continue;
            }
            auto piece = run(kind == 1 ? in.read_exactly(n) : kind == 2 ? in.read_up_to(n + 1) : in.read());
            ASSERT_EQ(text(piece), expected.substr(at, piece.size()));
            at += piece.size();
            if (kind == 1) {
                ASSERT_TRUE(piece.size() == n || at == expected.size());
            }
        }
        EXPECT_EQ(at, expected.size());
    }
};

TEST_F(FileInput, GivesWhatIsInTheFileHoweverItIsRead) {
    for (unsigned seed = 0; seed < 400; ++seed) {
        SCOPED_TRACE(seed);
        disk = memory_disk();
        disk.random.seed(seed);
        disk.alignment = 1u << below(13);
        disk.delay_max = static_cast<unsigned>(below(8));
        disk.data = some_text(below(30) ? below(40'000) : 0);
        options.buffer_size = below(5000);
        options.read_ahead = static_cast<unsigned>(below(5));
        auto offset = below(4) ? below(disk.data.size() + 1) : below(50'000);
        auto len = below(2) ? below(40'000) : std::numeric_limits<uint64_t>::max() - below(2);
        auto in = make_file_input_stream(disk.open(), offset, len, options);
        read_somehow(in, std::string_view(disk.data).substr(std::min(offset, disk.data.size()), len));
        run(in.close());
        EXPECT_LE(disk.most_reads, 1 + options.read_ahead);
        EXPECT_EQ(disk.reads_at_once, 0u);
        if (HasFailure()) {
            return;
        }
    }
}

TEST_F(FileInput, EndsAtOnceInAnEmptyFile) {
    auto in = make_file_input_stream(disk.open());
    EXPECT_TRUE(run(in.read()).empty());
    EXPECT_TRUE(in.eof());
    run(in.close());
    EXPECT_EQ(disk.closes, 0) << "the file is the caller's";
}

TEST_F(FileInput, BeginsAnywhere) {
    disk.data = some_text(5000);
    constexpr auto max = std::numeric_limits<uint64_t>::max();
    for (uint64_t offset : {uint64_t(0), uint64_t(1), uint64_t(511), uint64_t(512), uint64_t(4999), uint64_t(5000),
                            uint64_t(5001), max / 2, max / 2 + 1, max - 1, max}) {
        auto in = make_file_input_stream(disk.open(), offset, options);
        EXPECT_EQ(rest_of(in), disk.data.substr(std::min<uint64_t>(offset, 5000))) << offset;
        run(in.close());
    }
}

TEST_F(FileInput, ReadsNoFurtherThanItIsAskedTo) {
    disk.data = some_text(5000);
    options.read_ahead = 9;
    auto in = make_file_input_stream(disk.open(), 700, 1000, options);
    EXPECT_EQ(rest_of(in), disk.data.substr(700, 1000));
    run(in.close());
    ASSERT_EQ(disk.reads.size(), 2u);
    EXPECT_EQ(disk.reads[0].pos, 512u);
    EXPECT_EQ(disk.reads[1].pos, 1536u);
    EXPECT_EQ(disk.reads[1].pos + disk.reads[1].len, 1700u);
}

TEST_F(FileInput, ReadsAheadOnceItIsRead) {
    disk.data = some_text(100'000);
    options.read_ahead = 3;
    auto in = make_file_input_stream(disk.open(), options);
    settle();
    EXPECT_EQ(disk.reads.size(), 0u);
    run(in.read());
    EXPECT_EQ(disk.reads.size(), 4u);
    run(in.read());
    EXPECT_EQ(disk.reads.size(), 5u);
    run(in.close());
}

TEST_F(FileInput, JumpsOverWhatIsSkipped) {
    disk.data = some_text(100'000);
    options.read_ahead = 2;
    auto in = make_file_input_stream(disk.open(), options);
    run(in.read_exactly(100));
    ASSERT_EQ(disk.reads.size(), 3u);
    run(in.skip(1000)); // into the second
    EXPECT_EQ(text(run(in.read_up_to(10))), disk.data.substr(1100, 10));
    EXPECT_EQ(disk.reads.size(), 4u);
    run(in.skip(80'000));
    EXPECT_EQ(text(run(in.read_up_to(10))), disk.data.substr(81'110, 10));
    EXPECT_EQ(disk.reads.size(), 7u);
    EXPECT_EQ(disk.reads[4].pos, 80'896u);
    run(in.close());
}

TEST_F(FileInput, CountsReadsThatWereSkippedUntilTheyAreDone) {
    disk.data = some_text(1'000'000);
    disk.delay_max = 50;
    options.read_ahead = 3;
    auto in = make_file_input_stream(disk.open(), options);
    for (int i = 0; i < 100; ++i) {
        run(in.read());
        run(in.skip(below(9000)));
    }
    run(in.close());
    EXPECT_EQ(disk.most_reads, 4u);
}

TEST_F(FileInput, KeepsASlotForTheReadAfterASkip) {
    disk.data = some_text(20'000);
    options.read_ahead = 1;
    auto in = make_file_input_stream(disk.open(), options);
    for (unsigned turns : {0, 100, 0, 20, 20}) { // the second read begins one that lasts until the end
        disk.delay_min = disk.delay_max = turns;
        run(in.read());
        if (turns) {
            run(in.skip(1024));
        }
    }
    run(in.close());
    EXPECT_EQ(disk.most_reads, 2u);
}

TEST_F(FileInput, TellsAnErrorWhereItIsAndEverAfter) {
    for (int nth = 0; nth < 6; ++nth) {
        disk = memory_disk();
        disk.data = some_text(10'000);
        disk.delay_max = 5;
        disk.fail_read = nth;
        options.read_ahead = 4;
        auto in = make_file_input_stream(disk.open(), options);
        EXPECT_EQ(text(run(in.read_exactly(1024u * nth))), disk.data.substr(0, 1024u * nth));
        EXPECT_EQ(error_of(in.read()), EIO);
        EXPECT_EQ(error_of(in.read()), EIO);
        EXPECT_EQ(error_of(in.skip(1)), EIO);
        run(in.close());
    }
}

TEST_F(FileInput, DoesNotTellErrorsOfWhatIsSkipped) {
    disk.data = some_text(10'000);
    disk.delay_max = 5;
    disk.fail_read = 1;
    options.read_ahead = 1;
    auto in = make_file_input_stream(disk.open(), options);
    run(in.read());
    run(in.skip(1024));
    EXPECT_EQ(text(run(in.read_exactly(3000))), disk.data.substr(2048, 3000));
    run(in.close());
}

TEST_F(FileInput, WaitsForReadsAheadBeforeItIsClosed) {
    auto in = with_failing_read_ahead();
    auto closing = in.close();
    EXPECT_EQ(disk.reads_at_once, 1u);
    run(std::move(closing));
    EXPECT_EQ(disk.reads_at_once, 0u);
}

TEST_F(FileInput, MayBeDroppedWhileItReadsAhead) {
    auto in = with_failing_read_ahead();
    in = {};
    EXPECT_EQ(disk.reads_at_once, 1u);
    settle();
    EXPECT_EQ(disk.reads_at_once, 0u);
}

TEST_F(FileInput, KeepsItsEndWhenTheFileGrows) {
    disk.data = some_text(1500);
    auto source = make_file_data_source(disk.open(), options);
    EXPECT_EQ(run(source.get()).size(), 1024u);
    EXPECT_EQ(run(source.get()).size(), 476u);
    EXPECT_FALSE(*source.end_flag());
    disk.data = some_text(5000);
    EXPECT_TRUE(run(source.get()).empty());
    EXPECT_TRUE(*source.end_flag());
    EXPECT_TRUE(run(source.skip(10)).empty());
    EXPECT_TRUE(run(source.get()).empty());
    run(source.close());
}

TEST_F(FileInput, GoesOnAfterAMove) {
    disk.data = some_text(5000);
    options.read_ahead = 2;
    auto in = make_file_input_stream(disk.open(), options);
    auto begin = text(run(in.read_exactly(100)));
    auto moved = std::move(in);
    EXPECT_EQ(begin + rest_of(moved), disk.data);
    run(moved.close());
}

// ---- writing

class FileOutput : public FileStreams {
protected:
    file_output_stream_options options;

    FileOutput() { options.buffer_size = 1024; }

    output_stream<char> open() { return run(make_file_output_stream(disk.open(), options)); }
    data_sink open_sink() { return run(make_file_data_sink(disk.open(), options)); }
    buffer aligned(std::string_view s) {
        auto b = buffer::aligned(std::max<size_t>(disk.alignment, sizeof(void*)), s.size());
        std::copy(s.begin(), s.end(), b.get_write());
        return b;
    }
    // Writes and flushes in ways chosen at random; what was written.
    std::string write_somehow(output_stream<char>& out) {
        std::string all;
        for (auto steps = below(30); steps > 0; --steps) {
            auto kind = below(8);
            auto piece = some_text(kind < 4 ? below(200) : below(6000));
            if (kind == 0) {
                run(out.flush());
                EXPECT_EQ(disk.data.substr(0, all.size()), all);
                EXPECT_EQ(disk.changes_since_flush, 0u);
                EXPECT_EQ(disk.writes_at_once, 0u);
                continue;
            }
            all += piece;
            if (kind < 6) {
                run(out.write(piece));
            } else {
                run(out.write(kind == 6 ? aligned(piece) : buffer::copy_of(piece)));
            }
        }
        return all;
    }
};

TEST_F(FileOutput, WritesWhatItIsGivenHoweverItComes) {
    for (unsigned seed = 0; seed < 400; ++seed) {
        SCOPED_TRACE(seed);
        disk = memory_disk();
        disk.random.seed(seed);
        disk.alignment = 1u << below(13);
        disk.least_write = disk.alignment;
        disk.delay_max = static_cast<unsigned>(below(8));
        disk.short_writes = below(2);
        disk.can_allocate = below(2);
        disk.data = some_text(below(2) ? below(40'000) : 0);
        options.buffer_size = static_cast<unsigned>(below(5000));
        options.write_behind = static_cast<unsigned>(below(5));
        options.preallocation_size = below(2) ? static_cast<unsigned>(below(9000)) : 0;
        auto out = open();
        auto all = write_somehow(out);
        run(out.close());
        EXPECT_TRUE(disk.data == all);
        EXPECT_LE(disk.most_writes, std::max(options.write_behind, 1u));
        EXPECT_EQ(disk.changes_since_flush, 0u);
        EXPECT_EQ(disk.closes, 1);
        if (HasFailure()) {
            return;
        }
    }
}

TEST_F(FileOutput, MakesAnEmptyFileOfNothing) {
    auto out = open();
    run(out.close());
    EXPECT_TRUE(disk.writes.empty());
    EXPECT_EQ(disk.closes, 1);
}

TEST_F(FileOutput, CutsOffWhatTheFileHadBefore) {
    disk.data = some_text(5000);
    auto out = open();
    run(out.write(std::string(1024, 'x')));
    run(out.close());
    EXPECT_EQ(disk.data, std::string(1024, 'x'));
}

TEST_F(FileOutput, WritesWholeBuffersWithoutACopy) {
    auto sink = open_sink();
    EXPECT_EQ(sink.buffer_size(), 1024u);
    auto data = sink.allocate_buffer(3000);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(data.get()) % disk.alignment, 0u);
    std::fill_n(data.get_write(), 3000, 'a');
    auto* from = data.get();
    run(sink.put(std::move(data)));
    ASSERT_EQ(disk.writes.size(), 1u);
    EXPECT_EQ(disk.written_from[0], from);
    EXPECT_EQ(disk.writes[0].len, 2560u) << "as many blocks as are full";
    run(sink.close());
    EXPECT_EQ(disk.data, std::string(3000, 'a'));
}

TEST_F(FileOutput, WritesTheBuffersOfItsStreamWithoutACopy) {
    auto out = open();
    run(out.write(std::string(1000, 'a')));
    run(out.write(std::string(1072, 'b')));
    ASSERT_EQ(disk.writes.size(), 2u);
    EXPECT_EQ(disk.writes[1].pos, 1024u);
    run(out.close());
}

TEST_F(FileOutput, WritesSoManyBuffersAtOnce) {
    options.write_behind = 3;
    disk.delay_max = 20;
    auto out = open();
    auto text = some_text(100'000);
    for (size_t at = 0; at < text.size(); at += 1'000) {
        run(out.write(text.substr(at, 1'000)));
    }
    run(out.close());
    EXPECT_EQ(disk.most_writes, 3u);
    EXPECT_TRUE(disk.data == text);
}

TEST_F(FileOutput, WritesEachFullBlockOnceHoweverOftenItIsFlushed) {
    options.buffer_size = 65'536;
    auto out = open();
    for (int i = 0; i < 399; ++i) {
        run(out.write(std::string(128, 'a')));
        run(out.flush());
        ASSERT_EQ(disk.data.size(), 128u * (i + 1));
    }
    run(out.close());
    EXPECT_EQ(disk.writes.size(), 399u);
    for (auto& w : disk.writes) {
        EXPECT_EQ(w.len, 512u);
    }
    EXPECT_EQ(disk.flushes, 399) << "close() has nothing new to flush";
}

TEST_F(FileOutput, TellsAnErrorOfAWriteAtOneOfTheNextOperations) {
    for (unsigned seed = 0; seed < 100; ++seed) {
        disk = memory_disk();
        disk.random.seed(seed);
        disk.delay_max = 10;
        disk.fail_write = static_cast<int>(below(9));
        options.write_behind = 1 + static_cast<unsigned>(below(4));
        auto out = open();
        int failed = 0;
        for (int i = 0; i < 10 && !failed; ++i) {
            failed = error_of(out.write(some_text(1024)));
        }
        if (failed) {
            EXPECT_EQ(failed, ENOSPC);
            EXPECT_EQ(error_of(out.flush()), ENOSPC) << "again";
        }
        EXPECT_EQ(error_of(out.close()), ENOSPC);
        EXPECT_EQ(disk.closes, 1);
        EXPECT_EQ(disk.truncates, 0) << "a file that lacks something must not look complete";
        if (options.write_behind == 1) {
            EXPECT_EQ(disk.writes.size(), static_cast<size_t>(disk.fail_write) + 1);
        }
    }
}

TEST_F(FileOutput, TellsAnErrorOfTheLastBlock) {
    disk.fail_write = 1;
    disk.delay_max = 3;
    auto out = open();
    run(out.write(some_text(1500)));
    EXPECT_EQ(error_of(out.close()), ENOSPC);
    EXPECT_EQ(disk.closes, 1);
}

TEST_F(FileOutput, DoesNotWriteForEverWhereNothingIsStored) {
    disk.short_writes = true;
    disk.least_write = 0;
    auto out = open();
    int failed = 0;
    while (!failed) {
        failed = error_of(out.write(some_text(512)).then([&] { return out.flush(); }));
    }
    EXPECT_EQ(failed, EIO);
    EXPECT_EQ(error_of(out.close()), EIO);
}

TEST_F(FileOutput, ClosesTheFileWhateverFails) {
    disk.fail_truncate = disk.fail_flush = disk.fail_close = true;
    auto out = open();
    run(out.write("text"));
    EXPECT_EQ(error_of(out.close()), EFBIG) << "the first error";
    EXPECT_EQ(disk.closes, 1);

    disk.fail_truncate = false;
    out = open();
    run(out.write("text"));
    EXPECT_EQ(error_of(out.close()), EIO);
    EXPECT_EQ(disk.closes, 2);

    disk.fail_flush = false;
    out = open();
    run(out.write("text"));
    EXPECT_EQ(error_of(out.close()), EBADF);
    EXPECT_EQ(disk.closes, 3);
}

TEST_F(FileOutput, TakesDiskSpaceInSteps) {
    options.preallocation_size = 3000;
    auto out = open();
    run(out.write(some_text(10'000)));
    run(out.close());
    EXPECT_EQ(disk.data.size(), 10'000u);
    uint64_t end = 0;
    for (auto& a : disk.allocations) {
        EXPECT_EQ(a.pos, end);
        EXPECT_EQ(a.len % 3000, 0u);
        end += a.len;
    }
    EXPECT_EQ(end, 12'000u);
}

TEST_F(FileOutput, DoesWithoutPreallocationWhereThereIsNone) {
    options.preallocation_size = 1024;
    disk.can_allocate = false;
    auto out = open();
    for (int i = 0; i < 10; ++i) {
        run(out.write(some_text(1024)));
    }
    run(out.close());
    EXPECT_EQ(disk.data.size(), 10'240u);
    EXPECT_EQ(disk.allocations.size(), 1u) << "asks once";
}

TEST_F(FileOutput, GoesOnAfterAMove) {
    options.write_behind = 3;
    disk.delay_max = 20;
    auto out = open();
    run(out.write(some_text(1300)));
    auto moved = std::move(out);
    run(moved.write("more"));
    run(moved.close());
    EXPECT_EQ(disk.data, some_text(1300) + "more");
}

TEST_F(FileOutput, MayBeDroppedWhileItWrites) {
    options.write_behind = 4;
    disk.delay_min = disk.delay_max = 20;
    disk.fail_write = 2;
    auto out = open();
    run(out.write(some_text(4000)));
    out = {};
    EXPECT_GT(disk.writes_at_once, 0u);
    settle();
    EXPECT_EQ(disk.writes_at_once, 0u);
}

TEST_F(FileOutput, TakesBuffersOfAnySizeFromItsCallers) {
    auto out = run(make_file_output_stream(disk.open(), uint64_t(1)));
    run(out.write(some_text(700)));
    run(out.close());
    EXPECT_EQ(disk.data, some_text(700));
}

}
}
