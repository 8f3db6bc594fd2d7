#include <seastar/core/scattered_message.hh>

#include <gtest/gtest.h>
#include <string>

using namespace seastar;

namespace {

std::string text(const std::vector<temporary_buffer<char>>& buffers) {
    std::string s;
    for (auto& b : buffers) {
        s.append(b.get(), b.size());
    }
    return s;
}

TEST(scattered_message, keeps_its_pieces_in_order) {
    scattered_message<char> m;
    m.reserve(6);
    m.append_static("static ");
    m.append("copied ");
    m.append(sstring("short "));
    m.append(sstring(100, 'x'));
    m.append(temporary_buffer<char>::copy_of(" buffer"));
    m.append("");
    m.append_static(std::string_view(" end"));
    size_t size = m.size();
    auto buffers = std::move(m).release();
    EXPECT_EQ(text(buffers), "static copied short " + std::string(100, 'x') + " buffer end");
    EXPECT_EQ(size, text(buffers).size());
    EXPECT_EQ(buffers.size(), 6u);
    EXPECT_EQ(m.size(), 0u);
}

TEST(scattered_message, takes_long_strings_over_without_copying) {
    sstring s(100, 'x');
    const char* p = s.data();
    scattered_message<char> m;
    m.append(std::move(s));
    auto buffers = std::move(m).release();
    EXPECT_EQ(buffers[0].get(), p);
}

TEST(scattered_message, calls_back_when_no_piece_is_used_any_more) {
    std::string order;
    scattered_message<char> m;
    m.append_static("a");
    m.append("b");
    m.on_delete([&order] { order += "1"; });
    m.on_delete([&order] { order += "2"; });
    auto buffers = std::move(m).release();
    auto shared = buffers[1].share();
    buffers.clear();
    EXPECT_EQ(order, "");
    shared = temporary_buffer<char>();
    EXPECT_EQ(order, "21");
    scattered_message<char> unsent;
    unsent.on_delete([&order] { order += "3"; });
    unsent = scattered_message<char>();
    EXPECT_EQ(order, "213");
}

}
