/// The load client for Redis: GET of one value that it sets before the warm-up. Replies come in the order of the
/// requests, and every one is compared with the value.
#include "../common/stream_client.hh"

#include <charconv>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace bench {
namespace {

constexpr size_t line_bytes_max = 1024;
constexpr size_t value_bytes_max = 64 * 1024;

/// One command and the reply that it must get, both as they are on the wire.
class resp_protocol {
public:
    resp_protocol(std::string request, std::string reply) : _request(std::move(request)), _reply(std::move(reply)) {}

    void append_request(std::vector<char>& out, uint16_t) const {
        out.insert(out.end(), _request.begin(), _request.end());
    }

    /// A reply is a line; one that begins with "$" and a length is followed by that many bytes and the end of a line.
    static size_t reply_bytes(const char* data, size_t available) {
        const std::string_view in(data, available);
        const size_t line_end = in.find("\r\n");
        if (line_end == in.npos) {
            return available < line_bytes_max ? 0 : malformed_reply;
        }
        if (in[0] != '$') {
            return line_end + 2;
        }
        long length = 0;
        const auto [end, error] = std::from_chars(data + 1, data + line_end, length);
        if (error != std::errc() || end != data + line_end || length > long(value_bytes_max)) {
            return malformed_reply;
        }
        return line_end + 2 + (length < 0 ? 0 : size_t(length) + 2); // -1: there is no such value
    }

    uint16_t verify(std::string_view reply, uint16_t oldest) const {
        if (reply != _reply) {
            throw std::runtime_error("unexpected reply: " + std::string(reply.substr(0, 80)));
        }
        return oldest;
    }

private:
    std::string _request;
    std::string _reply;
};

std::string bulk(std::string_view text) {
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

class redis_client final : public stream_client<resp_protocol> {
public:
    explicit redis_client(const load_options& options)
        : redis_client(bulk(std::string(options.text_bytes, 'x')), options) {}

private:
    redis_client(const std::string& value, const load_options& options)
        : stream_client({"*2\r\n" + bulk("GET") + bulk("text"), value}, options) {
        exchange({"*3\r\n" + bulk("SET") + bulk("text") + value, "+OK\r\n"});
    }
};

}
}

int main(int argc, char** argv) {
    return bench::load_main(argc, argv,
                            [](const auto& options) { return std::make_unique<bench::redis_client>(options); });
}
