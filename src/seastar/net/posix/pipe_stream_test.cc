#include <seastar/core/fstream.hh>

#include "net/net_fixture.hh"

#include <csignal>

namespace seastar::net {
namespace {

class PipeStreams : public net_fixture {
protected:
    input_stream<char> in;
    output_stream<char> out;

    void open() {
        auto [read_end, write_end] = run(make_pipe());
        in = make_pipe_input_stream(std::move(read_end));
        out = make_pipe_output_stream(std::move(write_end));
    }
};
INSTANTIATE_TEST_SUITE_P(, PipeStreams, both_rings(), backend_name);

TEST_P(PipeStreams, CarryBytesUntilTheWriterCloses) {
    open();
    auto reading = in.read_exactly(4); // before there is anything
    send(out, "pong");
    auto piece = run(std::move(reading));
    EXPECT_EQ(std::string_view(piece.get(), piece.size()), "pong");
    run(out.write("rest"));
    run(out.close()); // flushes
    EXPECT_EQ(receive(in, 4), "rest");
    EXPECT_TRUE(run(in.read()).empty());
    EXPECT_TRUE(in.eof());
    run(in.close());
}

TEST_P(PipeStreams, CarryMoreThanThePipeHolds) {
    open();
    std::string text(1 << 20, '\0');
    for (size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<char>(i * 7 + i / 251);
    }
    auto writing = out.write(text).then([this] { return out.close(); });
    EXPECT_TRUE(receive(in, text.size()) == text);
    EXPECT_TRUE(run(in.read()).empty());
    run(std::move(writing));
}

TEST_P(PipeStreams, TellTheWriterThatNobodyReads) {
    auto old = std::signal(SIGPIPE, SIG_IGN); // as app_template has it
    open();
    in = {};
    settle();
    EXPECT_EQ(error_of(out.write("lost").then([this] { return out.flush(); })), EPIPE);
    run(out.close().handle_exception([](std::exception_ptr) {}));
    std::signal(SIGPIPE, old);
}

}
}
