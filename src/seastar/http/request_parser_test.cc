#include "http/request_parser.hh"

#include <gtest/gtest.h>

namespace seastar::httpd {
namespace {

using status = http::reply::status_type;

http::reply::status_type parse(std::string_view text, http::request& req, size_t headers_max = 100) {
    auto end = find_head_end(text);
    EXPECT_NE(end, std::string_view::npos);
    return parse_head(text.substr(0, end), headers_max, req);
}
status parse(std::string_view text) {
    http::request req;
    return parse(text, req);
}
status body(std::string_view headers, size_t* length = nullptr, bool* chunked = nullptr,
            std::string_view version = "1.1") {
    http::request req;
    auto head = "POST / HTTP/" + std::string(version) + "\r\n" + std::string(headers) + "\r\n";
    auto s = parse(head, req);
    bool c = false;
    if (s == status::ok) {
        s = body_length(req, c);
    }
    if (length) {
        *length = req.content_length;
    }
    if (chunked) {
        *chunked = c;
    }
    return s;
}

TEST(RequestHead, EndsWithAnEmptyLineWhereverItIsSplit) {
    const std::string text = "GET / HTTP/1.1\r\nA: b\r\n\r\nrest";
    auto end = text.find("rest");
    for (size_t n = 0; n <= text.size(); ++n) {
        auto got = find_head_end(text.substr(0, n));
        EXPECT_EQ(got, n >= end ? end : std::string::npos);
        if (n < end) {
            EXPECT_EQ(find_head_end(text, n), end) << "looking on from " << n;
        }
    }
}

TEST(RequestHead, GivesLineAndFields) {
    http::request req;
    ASSERT_EQ(
        parse("POST /a/b?c=d&c=e%20f+g&h HTTP/1.1\r\nHost: x\r\nX-Multi: 1\r\nx-multi:  2 \r\nEmpty:\r\n\r\n", req),
        status::ok);
    EXPECT_EQ(req._method, "POST");
    EXPECT_EQ(req._version, "1.1");
    EXPECT_EQ(req.get_header("HOST"), "x");
    EXPECT_EQ(req.get_header("x-multi"), "1, 2");
    EXPECT_EQ(req.get_header("empty"), "");
    EXPECT_EQ(req.parse_query_param(), "/a/b");
    EXPECT_EQ(req.get_query_param("c"), "e f g");
    EXPECT_EQ(req.get_query_param_array("c").size(), 2u);
    EXPECT_TRUE(req.has_query_param("h"));
    EXPECT_FALSE(req.has_query_param("i"));
}

TEST(RequestHead, RefusesWhatIsNoRequest) {
    for (std::string_view line :
         {"", " ", "GET", "GET /", "GET  HTTP/1.1", "GET / HTTP", "G@T / HTTP/1.1", "GET /\x01 HTTP/1.1",
          "GET / a HTTP/1.1", "\x16\x03\x01\x02", "SSH-2.0-x", "GET\t/ HTTP/1.1"}) {
        EXPECT_EQ(parse(std::string(line) + "\r\n\r\n"), status::bad_request) << line;
    }
    for (std::string_view version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.10", "HTTP/"}) {
        EXPECT_EQ(parse("GET / " + std::string(version) + "\r\n\r\n"), status::http_version_not_supported) << version;
    }
}

TEST(RequestHead, RefusesFieldsThatOthersMightReadDifferently) {
    for (std::string_view field : {"Name : x", " Name: x", "Name", ": x", "Na me: x", "A: b\r\n folded", "A: b\nB: c",
                                   "A: b\rB: c", "Host: a\r\nHost: b", "Content-Length: 1\r\ncontent-length: 1"}) {
        EXPECT_EQ(parse("GET / HTTP/1.1\r\n" + std::string(field) + "\r\n\r\n"), status::bad_request) << field;
    }
    EXPECT_EQ(parse(std::string_view("GET / HTTP/1.1\r\nA: \0\r\n\r\n", 25)), status::bad_request);
}

TEST(RequestHead, CountsFields) {
    std::string text = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 3; ++i) {
        text += "A" + std::to_string(i) + ": x\r\n";
    }
    text += "\r\n";
    http::request a, b;
    EXPECT_EQ(parse(text, a, 3), status::ok);
    EXPECT_EQ(parse(text, b, 2), status::request_header_fields_too_large);
}

TEST(RequestBody, HasALengthOrComesInChunks) {
    size_t length = 0;
    bool chunked = false;
    EXPECT_EQ(body("Content-Length: 17\r\n", &length, &chunked), status::ok);
    EXPECT_EQ(length, 17u);
    EXPECT_FALSE(chunked);
    EXPECT_EQ(body("Transfer-Encoding: Chunked\r\n", &length, &chunked), status::ok);
    EXPECT_TRUE(chunked);
    EXPECT_EQ(body("", &length, &chunked), status::ok);
    EXPECT_EQ(length, 0u);
}

TEST(RequestBody, WithADoubtfulLengthIsRefused) {
    for (std::string_view h :
         {"Content-Length: -1", "Content-Length: +1", "Content-Length: 0x10", "Content-Length: 1 2",
          "Content-Length: 1, 1", "Content-Length: a", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked, chunked",
          "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
          "Content-Length: 5\r\nTransfer-Encoding: chunked"}) {
        EXPECT_EQ(body(std::string(h) + "\r\n"), status::bad_request) << h;
    }
    EXPECT_EQ(body("Content-Length: 99999999999999999999\r\n"), status::payload_too_large);
    EXPECT_EQ(body("Transfer-Encoding: chunked\r\n", nullptr, nullptr, "1.0"), status::bad_request);
}

using state = chunk_parser::state;

/// Parses text in steps of `step` bytes, as a connection does; what was used in all goes to `used`.
state feed(chunk_parser& p, std::string_view text, size_t step, size_t& used) {
    std::string buffer;
    used = 0;
    for (size_t at = 0;;) {
        auto [n, s] = p.parse(buffer);
        used += n;
        buffer.erase(0, n);
        if (s != state::more || at == text.size()) {
            return s;
        }
        buffer.append(text.substr(at, step));
        at = std::min(text.size(), at + step);
    }
}
state feed(std::string_view text, size_t limit = 1000) {
    chunk_parser p(limit);
    size_t used;
    return feed(p, text, text.size(), used);
}

TEST(Chunks, AreCollectedHoweverTheyAreSplit) {
    const std::string text = "4\r\nWiki\r\nA ;name=value\r\n0123456789\r\n000\r\nTrailer: x\r\n\r\n";
    for (size_t step = 1; step <= text.size() + 5; ++step) {
        chunk_parser p(1000);
        size_t used = 0;
        EXPECT_EQ(feed(p, text + "GET /", step, used), state::done);
        EXPECT_EQ(used, text.size()) << "what follows belongs to the next request";
        EXPECT_EQ(p.body(), "Wiki0123456789");
    }
}

TEST(Chunks, AskForMoreUntilTheyAreComplete) {
    const std::string text = "4\r\nWiki\r\n0\r\n\r\n";
    for (size_t n = 0; n < text.size(); ++n) {
        EXPECT_EQ(feed(text.substr(0, n)), state::more) << n;
    }
}

TEST(Chunks, RefuseWhatOthersMightReadDifferently) {
    for (std::string_view text : {"x\r\n", "\r\n", "-1\r\n", "+1\r\n", "0x1\r\na\r\n", " 1\r\na\r\n", "1 \r\na\r\n",
                                  "1\r\nab\r\n", "1\n\r\na\r\n", "1;a\nb\r\na\r\n", "1;a\rb\r\na\r\n", ";x\r\n"}) {
        EXPECT_EQ(feed(text), state::bad) << text;
    }
    EXPECT_EQ(feed("1;" + std::string(300, 'x')), state::bad) << "a line without end";
    EXPECT_EQ(feed("1;" + std::string(300, 'x') + "\r\na\r\n"), state::bad);
}

TEST(Chunks, KeepToTheLimit) {
    EXPECT_EQ(feed("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", 10), state::done);
    EXPECT_EQ(feed("5\r\n01234\r\n6\r\n", 10), state::too_large);
    EXPECT_EQ(feed("10000000000000000\r\n"), state::too_large) << "2^64";
    EXPECT_EQ(feed("ffffffffffffffff\r\n"), state::too_large) << "2^64 - 1";
    EXPECT_EQ(feed("1\r\na\r\nffffffffffffffff\r\n"), state::too_large) << "that the sum overflows";
    std::string trailers = "0\r\n";
    for (int i = 0; i < 1000; ++i) {
        trailers += "Trailer: xxxxxxxxxxxxxxx\r\n";
    }
    EXPECT_EQ(feed(trailers), state::bad);
}

}
}
