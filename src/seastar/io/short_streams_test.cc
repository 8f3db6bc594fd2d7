#include <seastar/util/short_streams.hh>

#include <seastar/core/vector-data-sink.hh>
#include <seastar/net/packet-data-source.hh>
#include <seastar/util/iostream.hh>
#include <seastar/util/later.hh>
#include <seastar/util/memory-data-sink.hh>
#include <seastar/util/memory-data-source.hh>

#include "future/test_loop.hh"

#include <list>
#include <stdexcept>
#include <string>

namespace seastar {
namespace {

using buffer = temporary_buffer<char>;

class memory_streams : public testing::loop_fixture {
protected:
    static std::vector<buffer> pieces() {
        std::vector<buffer> v;
        for (auto* s : {"ab", "", "cde"}) {
            v.push_back(buffer::copy_of(s));
        }
        return v;
    }
};

TEST_F(memory_streams, read_all_pieces_the_empty_ones_left_out) {
    auto in = util::as_input_stream(pieces());
    auto all = run(util::read_entire_stream(in));
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[1], buffer::copy_of("cde"));
    EXPECT_TRUE(run(in.read()).empty());
}

TEST_F(memory_streams, read_everything_into_one_string) {
    auto in = util::as_input_stream(pieces());
    EXPECT_EQ(run(util::read_entire_stream_contiguous(in)), "abcde");
    auto one = util::as_input_stream(buffer::copy_of("xyz"));
    EXPECT_EQ(run(util::read_entire_stream_contiguous(one)), "xyz");
    std::list<buffer> listed;
    listed.push_back(buffer::copy_of("l"));
    auto from_list = util::as_input_stream(std::move(listed));
    EXPECT_EQ(run(util::read_entire_stream_contiguous(from_list)), "l");
    auto none = util::as_input_stream(std::vector<buffer>());
    EXPECT_EQ(run(util::read_entire_stream_contiguous(none)), "");
}

TEST_F(memory_streams, read_a_part_and_then_the_rest) {
    auto in = util::as_input_stream(pieces());
    EXPECT_EQ(run(in.read_exactly(3)), buffer::copy_of("abc"));
    EXPECT_EQ(run(util::read_entire_stream_contiguous(in)), "de");
}

TEST_F(memory_streams, read_everything_from_a_source_that_waits) {
    struct slow final : data_source_impl {
        int pieces = 3;
        future<buffer> get() override {
            return yield().then([this] { return pieces-- > 0 ? buffer::copy_of("ab") : buffer(); });
        }
    };
    input_stream<char> in{data_source(std::make_unique<slow>())};
    EXPECT_EQ(run(util::read_entire_stream_contiguous(in)), "ababab");
}

TEST_F(memory_streams, skip_to_the_end) {
    auto in = util::as_input_stream(pieces());
    run(util::skip_entire_stream(in));
    EXPECT_TRUE(in.eof());
}

TEST_F(memory_streams, read_the_fragments_of_a_packet) {
    auto in = net::as_input_stream(net::packet(net::packet("ab", 2), net::fragment{const_cast<char*>("cd"), 2}));
    EXPECT_EQ(run(util::read_entire_stream_contiguous(in)), "abcd");
}

TEST_F(memory_streams, keep_what_is_written) {
    std::vector<buffer> written;
    output_stream<char> out(data_sink(std::make_unique<util::memory_data_sink>(written)));
    run(util::write_to_stream_and_close(std::move(out), "text"));
    ASSERT_EQ(written.size(), 1u);
    EXPECT_EQ(written[0], buffer::copy_of("text"));
}

TEST_F(memory_streams, keep_what_is_written_as_packets) {
    std::vector<net::packet> packets;
    output_stream<char> out(data_sink(std::make_unique<vector_data_sink>(packets)), 8);
    run(out.write("0123456789", 10));
    run(out.flush());
    run(out.write(net::packet("ab", 2)));
    run(out.close());
    std::string all;
    for (auto& p : packets) {
        for (auto& b : std::move(p).release()) {
            all.append(b.get(), b.size());
        }
    }
    EXPECT_EQ(all, "0123456789ab");
}

TEST_F(memory_streams, a_source_that_fails_fails_the_reader) {
    struct failing final : data_source_impl {
        future<buffer> get() override { return make_exception_future<buffer>(std::runtime_error("source")); }
    };
    input_stream<char> in{data_source(std::make_unique<failing>())};
    EXPECT_THROW(run(util::read_entire_stream(in)), std::runtime_error);
    EXPECT_THROW(run(util::skip_entire_stream(in)), std::runtime_error);
}

TEST_F(memory_streams, a_sink_that_fails_is_closed) {
    struct failing final : data_sink_impl {
        bool& closed;
        explicit failing(bool& c) : closed(c) {}
        using data_sink_impl::put;
        future<> put(std::span<buffer>) override { return make_exception_future<>(std::runtime_error("sink")); }
        future<> close() override {
            closed = true;
            return make_ready_future<>();
        }
    };
    bool closed = false;
    output_stream<char> out(data_sink(std::make_unique<failing>(closed)));
    EXPECT_THROW(run(util::write_to_stream_and_close(std::move(out), "text")), std::runtime_error);
    EXPECT_TRUE(closed);
}

}
}
