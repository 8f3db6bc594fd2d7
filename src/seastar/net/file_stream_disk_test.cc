// Streams over files that are on a disk. What streams do in detail: file_stream_test.cc.
#include <seastar/core/fstream.hh>

#include "io/file_fixture.hh"
#include "io/posix_file.hh"

namespace seastar {
namespace {

class FileStreamsOnDisk : public io::file_fixture {
protected:
    const std::string path = directory.path("file");

    file open(open_flags flags) { return file(run(io::open_posix_file(path, flags, {}))); }
    output_stream<char> create(unsigned write_behind) {
        file_output_stream_options options;
        options.buffer_size = 16'384;
        options.write_behind = write_behind;
        options.preallocation_size = 1 << 20;
        return run(make_file_output_stream(open(open_flags::wo | open_flags::create), options));
    }
    // What a stream reads from an offset on.
    std::string read(uint64_t offset, unsigned read_ahead) {
        file_input_stream_options options;
        options.buffer_size = 16'384;
        options.read_ahead = read_ahead;
        auto f = open(open_flags::ro);
        auto in = make_file_input_stream(f, offset, options);
        std::string all;
        while (!in.eof()) {
            auto piece = run(in.read());
            all.append(piece.get(), piece.size());
        }
        run(in.close());
        run(f.close());
        return all;
    }
};
INSTANTIATE_TEST_SUITE_P(, FileStreamsOnDisk, io::both_rings(), io::backend_name);

TEST_P(FileStreamsOnDisk, ReadWhatTheyWrote) {
    directory.write("file", std::string(1 << 20, 'x')); // longer than what comes
    std::string text(700'001, '\0');
    for (size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<char>(i * 7 + i / 251);
    }
    auto out = create(4);
    run(out.write(text.substr(0, 5000)));
    run(out.flush());
    EXPECT_EQ(directory.read("file").substr(0, 5000), text.substr(0, 5000));
    for (size_t at = 5000; at < text.size(); at += 3000) {
        run(out.write(text.substr(at, 3000)));
    }
    run(out.close());
    EXPECT_TRUE(directory.read("file") == text);
    EXPECT_TRUE(read(0, 4) == text);
    EXPECT_TRUE(read(12'345, 0) == text.substr(12'345));
    EXPECT_EQ(read(text.size() + 1, 2), "");
    EXPECT_EQ(read(std::numeric_limits<uint64_t>::max(), 2), "");
}

TEST_P(FileStreamsOnDisk, WriteAnEmptyFile) {
    auto out = create(1);
    run(out.close());
    EXPECT_EQ(std::filesystem::file_size(path), 0u);
    EXPECT_EQ(read(0, 1), "");
}

TEST_P(FileStreamsOnDisk, TellWhyTheyCannotWrite) {
    directory.write("file", "text");
    auto out = run(make_file_output_stream(open(open_flags::ro)));
    run(out.write("more"));
    EXPECT_EQ(error_of(out.close()), EBADF);
    EXPECT_EQ(directory.read("file"), "text");
}

}
}
