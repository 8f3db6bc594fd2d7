/// The load client of the servers that echo bytes. Messages have 64 bytes, and no two in flight on a connection are the
/// same, so that bytes that are lost, doubled or out of order are noticed.
#include "../common/stream_client.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace bench {
namespace {

/// What a ticket makes of a message. Cheap, so that the client keeps ahead of the servers.
std::array<uint32_t, 16> message(uint16_t ticket) {
    std::array<uint32_t, 16> words;
    for (uint32_t i = 0; i < words.size(); ++i) {
        words[i] = ticket * 0x00010001u + i * 0x01010101u;
    }
    return words;
}

class message_protocol {
public:
    static void append_request(std::vector<char>& out, uint16_t ticket) {
        const auto sent = message(ticket);
        const auto* bytes = reinterpret_cast<const char*>(sent.data());
        out.insert(out.end(), bytes, bytes + sizeof(sent));
    }

    static size_t reply_bytes(const char*, size_t) { return sizeof(message(0)); }

    static uint16_t verify(std::string_view reply, uint16_t oldest) {
        const auto sent = message(oldest);
        if (std::memcmp(reply.data(), sent.data(), sizeof(sent)) != 0) {
            throw std::runtime_error("an echo is not what was sent");
        }
        return oldest;
    }
};

class echo_client final : public stream_client<message_protocol> {
public:
    explicit echo_client(const load_options& options) : stream_client({}, options) {}
};

}
}

int main(int argc, char** argv) {
    return bench::load_main(argc, argv,
                            [](const auto& options) { return std::make_unique<bench::echo_client>(options); });
}
