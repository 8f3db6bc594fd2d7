/// Parsing of requests: pure functions on bytes, strict where leniency has been used to smuggle requests
/// (RFC 9112 sections 2 to 7).
#pragma once

#include <seastar/http/reply.hh>
#include <seastar/http/request.hh>

#include <string>
#include <string_view>
#include <utility>

namespace seastar::httpd {

/// Where the empty line after the header fields ends; npos when it has not come. It was not in the first `looked_at`
/// bytes.
size_t find_head_end(std::string_view data, size_t looked_at = 0) noexcept;

/// Fills in method, URL, version and header fields. `head` ends with the empty line. ok, or the status to refuse with.
http::reply::status_type parse_head(std::string_view head, size_t header_count_max, http::request& req);

/// What the header fields say of the body: Content-Length or chunked; both, or either twice with different values, is
/// bad.
http::reply::status_type body_length(http::request& req, bool& chunked);

/// Collects a chunked body, of `limit` bytes at most.
class chunk_parser {
public:
    enum class state : uint8_t { more, done, bad, too_large };
    explicit chunk_parser(size_t limit) : _limit(limit) {}
    /// How many bytes of `data` are used up, and what to do next.
    std::pair<size_t, state> parse(std::string_view data);
    sstring body() { return sstring(_body); }
    /// What has been collected since the last call.
    std::string take() { return std::exchange(_body, {}); }

private:
    enum class part : uint8_t { size, data, data_end, trailer };
    const size_t _limit;
    std::string _body;
    size_t _announced = 0; ///< bytes of all chunks so far
    size_t _left = 0;
    size_t _trailer_bytes = 0;
    part _part = part::size;
};

}
