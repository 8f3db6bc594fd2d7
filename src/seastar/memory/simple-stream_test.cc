#include <seastar/core/simple-stream.hh>
#include <seastar/core/temporary_buffer.hh>

#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace seastar;

namespace {

using buffers = std::vector<temporary_buffer<char>>;
using output = memory_output_stream<buffers::iterator>;
using views = std::vector<std::string_view>;
using input = memory_input_stream<views::const_iterator>;

template <typename Input>
std::string rest(Input in) {
    std::string s(in.size(), '\0');
    in.read(s.data(), s.size());
    return s;
}

// The same for streams of one piece and of several; an empty fragment in between.
class simple_stream : public testing::TestWithParam<bool> {
protected:
    std::string text = "0123456789";
    views pieces{"012", "", "3", "456789xxx"}; // the last is longer than the stream
    char memory[10] = {};
    buffers fragments;

    input make_input() const {
        if (GetParam()) {
            return input(input::fragmented(pieces.begin(), 10));
        }
        return input(input::simple(text.data(), text.size()));
    }
    output make_output() {
        if (!GetParam()) {
            return output(output::simple(memory, sizeof(memory)));
        }
        for (size_t size : {3, 0, 1, 6}) {
            fragments.emplace_back(size);
        }
        return output(output::fragmented(fragments.begin(), 10));
    }
    std::string written() const {
        if (!GetParam()) {
            return std::string(memory, sizeof(memory));
        }
        std::string s;
        for (auto& f : fragments) {
            s.append(f.get(), f.size());
        }
        return s;
    }
};

TEST_P(simple_stream, reads_skips_and_splits) {
    input in = make_input();
    char two[2];
    in.read(two, 2);
    EXPECT_EQ(std::string(two, 2), "01");
    input part = in.read_substream(3);
    EXPECT_EQ(in.size(), 5u);
    in.skip(1);
    EXPECT_EQ(rest(part), "234");
    EXPECT_EQ(rest(in), "6789");
    EXPECT_EQ(rest(make_input()), text);
}

TEST_P(simple_stream, refuses_to_read_past_the_end_and_stays_as_it_was) {
    input in = make_input();
    char buffer[20];
    EXPECT_THROW(in.read(buffer, 11), std::out_of_range);
    EXPECT_THROW(in.skip(11), std::out_of_range);
    EXPECT_THROW(in.read_substream(SIZE_MAX), std::out_of_range);
    EXPECT_EQ(rest(in), text);
}

TEST_P(simple_stream, writes_fills_and_splits) {
    output out = make_output();
    out.write("ab", 2);
    output part = out.write_substream(3);
    out.fill('z', 4);
    EXPECT_EQ(out.size(), 1u);
    EXPECT_THROW(out.write("cd", 2), std::out_of_range);
    out.write("e", 1);
    EXPECT_THROW(out.fill('x', 1), std::out_of_range);
    part.write("pqr", 3);
    EXPECT_THROW(part.skip(1), std::out_of_range);
    EXPECT_EQ(written(), "abpqrzzzze");
}

TEST_P(simple_stream, copies_to_an_output) {
    input in = make_input();
    output out = make_output();
    in.skip(1);
    out.skip(1);
    in.copy_to(out);
    EXPECT_EQ(written().substr(1), "123456789");
    measuring_output_stream size;
    in.copy_to(size);
    EXPECT_EQ(size.size(), 9u);
}

TEST_P(simple_stream, what_was_written_can_be_read) {
    output out = make_output();
    output again = out;
    out.write(text.data(), 10);
    EXPECT_EQ(again.with_stream([](auto& s) { return rest(s.to_input_stream()); }), text);
    EXPECT_EQ(with_serialized_stream(again, [](auto& s) { return s.size(); }), 10u);
}

INSTANTIATE_TEST_SUITE_P(kinds, simple_stream, testing::Values(false, true),
                         [](const auto& info) { return info.param ? "fragmented" : "simple"; });

}
