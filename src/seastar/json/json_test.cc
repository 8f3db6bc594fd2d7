#include <seastar/json/json_elements.hh>
#include <seastar/util/memory-data-sink.hh>

#include "future/test_loop.hh"

#include <limits>
#include <list>
#include <map>
#include <stdexcept>

namespace seastar::json {
namespace {

class Json : public testing::loop_fixture {
protected:
    std::vector<temporary_buffer<char>> _written;
    output_stream<char> stream() {
        return output_stream<char>(data_sink(std::make_unique<util::memory_data_sink>(_written)), 16);
    }
    std::string taken() {
        std::string all;
        for (auto& b : std::exchange(_written, {})) {
            all.append(b.get(), b.size());
        }
        return all;
    }
    template <typename T>
    std::string written(const T& value) {
        auto out = stream();
        run(formatter::write(out, value));
        run(out.close());
        return taken();
    }
    std::string streamed(const std::function<future<>(output_stream<char>&&)>& writer) {
        run(writer(stream()));
        return taken();
    }
};

struct point : json_base {
    json_element<int> x;
    json_element<std::string> name;
    json_list<double> list;
    point() { init(); }
    point(const point& o) : json_base(o) {
        init();
        *this = o;
    }
    point& operator=(const point& o) {
        x = o.x;
        name = o.name;
        list = o.list;
        return *this;
    }
    void init() {
        add(&x, "x", true);
        add(&name, "the \"name\"");
        add(&list, "list");
    }
};

TEST_F(Json, ValuesAreWrittenAsTheyAre) {
    EXPECT_EQ(formatter::to_json(3), "3");
    EXPECT_EQ(formatter::to_json(uint64_t(18446744073709551615u)), "18446744073709551615");
    EXPECT_EQ(formatter::to_json(true), "true");
    EXPECT_EQ(formatter::to_json(0.1), "0.1");
    EXPECT_EQ(formatter::to_json(0.1f), "0.1");
    EXPECT_EQ(formatter::to_json("abc", 2), "\"ab\"");
    EXPECT_EQ(formatter::to_json("a\"b\\c\n\x01 ü"), "\"a\\\"b\\\\c\\n\\u0001 ü\"");
    EXPECT_EQ(formatter::to_json(sstring("s")), "\"s\"");
    EXPECT_THROW(formatter::to_json(std::numeric_limits<double>::infinity()), std::out_of_range);
    EXPECT_THROW(formatter::to_json(std::numeric_limits<float>::quiet_NaN()), std::out_of_range);
    EXPECT_EQ(written(3.5), "3.5");
}

TEST_F(Json, RangesAreArraysAndMapsAreObjects) {
    std::vector<std::list<int>> nested{{1, 2}, {}, {3}};
    std::map<std::string, std::vector<int>> map{{"a", {1, 2}}, {"b", {}}};
    EXPECT_EQ(formatter::to_json(nested), "[[1,2],[],[3]]");
    EXPECT_EQ(written(nested), "[[1,2],[],[3]]");
    EXPECT_EQ(formatter::to_json(map), "{\"a\":[1,2],\"b\":[]}");
    EXPECT_EQ(written(map), "{\"a\":[1,2],\"b\":[]}");
    EXPECT_EQ(formatter::to_json(std::map<int, int>{{1, 2}, {3, 4}}), "{1:2,3:4}");
    EXPECT_EQ(written(std::vector<std::string>()), "[]");
}

TEST_F(Json, ObjectsWriteTheMembersThatAreSet) {
    point p;
    EXPECT_EQ(p.to_json(), "{}");
    EXPECT_EQ(written(p), "{}");
    EXPECT_FALSE(p.is_verify());
    p.x = 0;
    EXPECT_TRUE(p.is_verify());
    p.name = "n";
    EXPECT_EQ(p.to_json(), "{\"x\": 0, \"the \\\"name\\\"\": \"n\"}");
    p.list = std::list<double>{1, 2.5};
    p.list.push(3);
    auto expected = "{\"x\": 0, \"the \\\"name\\\"\": \"n\", \"list\": [1,2.5,3]}";
    EXPECT_EQ(p.to_json(), expected);
    EXPECT_EQ(written(p), expected);
    point copy(p);
    EXPECT_EQ(copy.to_json(), expected);
    EXPECT_EQ(copy.x(), 0);
    EXPECT_EQ(json_void().to_json(), "");
}

TEST_F(Json, LongRangesAreStreamed) {
    std::vector<int> numbers{1, 2, 3};
    auto writer = stream_range_as_array(numbers, [](int n) {
        point p;
        p.x = n;
        return p;
    });
    EXPECT_EQ(streamed(writer), "[{\"x\": 1},{\"x\": 2},{\"x\": 3}]");
    EXPECT_EQ(streamed(writer), "[{\"x\": 1},{\"x\": 2},{\"x\": 3}]"); // and again
    EXPECT_EQ(streamed(stream_range_as_array(std::vector<int>(), [](int n) { return n; })), "[]");
    point p;
    p.x = 4;
    EXPECT_EQ(streamed(stream_object(p)), "{\"x\": 4}");
}

TEST_F(Json, AReturnTypeIsAValueOrAWriter) {
    EXPECT_EQ(json_return_type(std::vector<int>{1})._res, "[1]");
    EXPECT_EQ(json_return_type("text")._res, "\"text\"");
    json_return_type streams(stream_object(3));
    EXPECT_TRUE(streams._body_writer);
    run(streams._body_writer(stream()));
    EXPECT_EQ(taken(), "3");
}

}
}
