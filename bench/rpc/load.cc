/// The load client of all servers that speak RPC frames. Every reply is verified: framing, status, session, size, text.
#define XXH_INLINE_ALL
#include "../common/stream_client.hh"
#include "frame.hh"

#include <xxhash.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

enum class reply_carries { same_text, any_text };

/// One method called with one text. A ticket is the frame's session.
class frame_protocol {
public:
    frame_protocol(std::string_view method, std::string_view text, reply_carries carried)
        : _text(text), _carried(carried) {
        const std::string body = text_body(text);
        frame_header header;
        header.size = uint32_t(body.size());
        header.checksum = uint32_t(XXH64(body.data(), body.size(), 0));
        header.meta = request_id(method);
        _frame.assign(reinterpret_cast<const char*>(&header), sizeof(header));
        _frame += body;
    }

    void append_request(std::vector<char>& out, uint16_t ticket) const {
        const size_t at = out.size();
        out.insert(out.end(), _frame.begin(), _frame.end());
        std::memcpy(out.data() + at + offsetof(frame_header, session), &ticket, sizeof(ticket));
    }

    static size_t reply_bytes(const char* data, size_t available) {
        const size_t bytes = frame_bytes(data, available);
        return bytes == malformed ? malformed_reply : bytes;
    }

    uint16_t verify(std::string_view reply, uint16_t) const {
        const std::string_view text = reply_text(reply);
        if (_carried == reply_carries::same_text && text != _text) {
            throw std::runtime_error("reply with another text than the request's");
        }
        return read_header(reply.data()).session;
    }

    static std::string_view reply_text(std::string_view reply) {
        const frame_header header = read_header(reply.data());
        if (header.meta != status_ok) {
            throw std::runtime_error("reply with status " + std::to_string(header.meta));
        }
        std::string_view text;
        if (!read_text(reply.substr(sizeof(header)), text)) {
            throw std::runtime_error("reply whose body is no table of one string");
        }
        return text;
    }

private:
    std::string _text;
    reply_carries _carried;
    std::string _frame;
};

class frame_client final : public stream_client<frame_protocol> {
public:
    explicit frame_client(const load_options& options)
        : stream_client({options.method, std::string(options.text_bytes, 'x'), reply_carries::same_text}, options) {}

    std::string server_counters() override {
        const frame_protocol counters("Counters", "", reply_carries::any_text);
        return std::string(frame_protocol::reply_text(exchange(counters)));
    }
};

}
}

int main(int argc, char** argv) {
    return bench::load_main(argc, argv,
                            [](const auto& options) { return std::make_unique<bench::frame_client>(options); });
}
