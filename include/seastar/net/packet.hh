/// net::packet: a message in fragments that lie in different places, with what keeps them alive. Goes to a data_sink or
/// an output_stream without being copied.
#pragma once

#include <seastar/core/deleter.hh>
#include <seastar/core/temporary_buffer.hh>

#include <cstdint>
#include <iosfwd>
#include <new>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace seastar::net {

/// A part of a packet; owns nothing.
struct fragment {
    char* base;
    size_t size;
};

/// What a network device is to do, or has done, with a packet. Carried, not interpreted here.
struct offload_info {
    uint16_t protocol = 0; ///< of IP
    bool needs_csum = false;
    uint8_t ip_hdr_len = 20;
    uint8_t tcp_hdr_len = 20;
    uint8_t udp_hdr_len = 8;
    bool needs_ip_csum = false;
    bool reassembled = false;
    uint16_t tso_seg_size = 0;
    std::optional<uint16_t> vlan_tci;
};

/// Movable; copied by share() only, which copies no bytes. Stays on one shard.
class packet final {
    std::vector<fragment> _fragments;
    deleter _deleter; ///< of all fragments
    size_t _len = 0;
    struct offload_info _offload_info;
    std::optional<uint32_t> _rss_hash;

    void add(fragment f);

public:
    packet() noexcept;
    packet(packet&& other) noexcept;
    packet& operator=(packet&& other) noexcept;
    ~packet();
    packet(const packet&) = delete;

    packet(const char* data, size_t size) : packet(temporary_buffer<char>(data, size)) {} ///< A copy.
    explicit packet(fragment f) : packet(f.base, f.size) {}                               ///< A copy.
    packet(fragment f, deleter d);
    packet(std::vector<fragment> fragments, deleter d);
    template <typename Iterator>
    packet(Iterator begin, Iterator end, deleter d) : packet(std::vector<fragment>(begin, end), std::move(d)) {}
    explicit packet(temporary_buffer<char> buffer);
    explicit packet(std::vector<temporary_buffer<char>> buffers);
    /// `front`, and one more at the end ...
    packet(packet&& front, fragment f, deleter d);
    packet(packet&& front, fragment f) : packet(std::move(front), temporary_buffer<char>(f.base, f.size)) {}
    packet(packet&& front, temporary_buffer<char> buffer);
    /// ... or at the beginning.
    packet(fragment f, deleter d, packet&& rest);
    packet(fragment f, packet&& rest);

    /// Bytes that outlive the packet.
    static packet from_static_data(const char* data, size_t size) {
        return packet(fragment{const_cast<char*>(data), size}, deleter());
    }

    size_t len() const noexcept { return _len; }
    explicit operator bool() const noexcept { return _len != 0; }
    unsigned nr_frags() const noexcept { return static_cast<unsigned>(_fragments.size()); }
    const fragment& frag(unsigned index) const noexcept { return _fragments[index]; }
    std::span<fragment> fragments() noexcept;
    std::span<const fragment> fragments() const noexcept;

    /// Another packet over the same bytes, or some of them. Requires: offset + len <= len().
    packet share() { return share(0, _len); }
    packet share(size_t offset, size_t len);
    void append(packet&& p);
    /// Room for that many more fragments.
    void reserve(int nr_frags);
    /// Puts a header in front, zeroed, with `extra_size` bytes behind it; it can be filled in through the result, which
    /// is valid until the packet changes.
    template <typename Header>
    Header* prepend_header(size_t extra_size = 0) {
        static_assert(std::is_trivially_destructible_v<Header>);
        return new (prepend_uninitialized_header(sizeof(Header) + extra_size)) Header{};
    }
    /// Compat: each header is a fragment of its own.
    char* prepend_uninitialized_header(size_t size);
    /// Requires: how_much <= len().
    void trim_front(size_t how_much);
    void trim_back(size_t how_much);
    /// The bytes from `offset` on in one place, which they are copied to if they lie apart; null if there are too few.
    char* get_header(size_t offset, size_t size);
    template <typename Header>
    Header* get_header(size_t offset = 0) {
        return reinterpret_cast<Header*>(get_header(offset, sizeof(Header)));
    }
    /// Everything in one fragment.
    void linearize();

    /// The bytes that the packet keeps alive, its own bookkeeping included.
    size_t memory() const noexcept { return _len + sizeof(*this) + _fragments.capacity() * sizeof(fragment); }

    const struct offload_info& offload_info() const noexcept { return _offload_info; }
    struct offload_info get_offload_info() const noexcept { return _offload_info; }
    struct offload_info& offload_info_ref() noexcept { return _offload_info; }
    void set_offload_info(struct offload_info info) noexcept { _offload_info = info; }
    std::optional<uint32_t> rss_hash() const noexcept { return _rss_hash; }
    std::optional<uint32_t> set_rss_hash(uint32_t hash) noexcept { return _rss_hash = hash; }

    static packet make_null_packet() noexcept { return packet(); }

    /// func(temporary_buffer<char>&&) for each fragment. The packet is empty afterwards.
    template <typename Func>
    void release_into(Func&& func) {
        for (auto& buffer : release()) {
            func(std::move(buffer));
        }
    }
    /// The fragments as buffers that share the deleter. The packet is empty afterwards.
    std::vector<temporary_buffer<char>> release();
    void reset() noexcept { *this = packet(); }
};

std::ostream& operator<<(std::ostream& os, const packet& p);

}
