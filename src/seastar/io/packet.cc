#include <seastar/net/packet.hh>

#include <seastar/util/assert.hh>

#include <cstring>
#include <ostream>

namespace seastar::net {

// All that needs the vector's code stands here, for the sake of those who include the header and have no packets.

packet::packet() noexcept = default;
packet::~packet() = default;

packet::packet(packet&& other) noexcept
    : _fragments(std::move(other._fragments)), _deleter(std::move(other._deleter)),
      _len(std::exchange(other._len, 0)), _offload_info(other._offload_info), _rss_hash(other._rss_hash) {}

packet& packet::operator=(packet&& other) noexcept {
    _fragments = std::move(other._fragments);
    other._fragments.clear();
    _deleter = std::move(other._deleter);
    _len = std::exchange(other._len, 0);
    _offload_info = other._offload_info;
    _rss_hash = other._rss_hash;
    return *this;
}

packet::packet(fragment f, deleter d) : _deleter(std::move(d)) {
    add(f);
}

std::span<fragment> packet::fragments() noexcept {
    return _fragments;
}

std::span<const fragment> packet::fragments() const noexcept {
    return _fragments;
}

void packet::reserve(int nr_frags) {
    _fragments.reserve(_fragments.size() + static_cast<size_t>(nr_frags));
}

void packet::add(fragment f) {
    if (f.size) {
        _fragments.push_back(f);
        _len += f.size;
    }
}

packet::packet(std::vector<fragment> fragments, deleter d) : _deleter(std::move(d)) {
    _fragments.reserve(fragments.size());
    for (auto f : fragments) {
        add(f);
    }
}

packet::packet(temporary_buffer<char> buffer) {
    fragment f{buffer.get_write(), buffer.size()};
    add(f);
    _deleter = buffer.release();
}

packet::packet(std::vector<temporary_buffer<char>> buffers) {
    _fragments.reserve(buffers.size());
    for (auto& b : buffers) {
        add({b.get_write(), b.size()});
    }
    if (buffers.size() == 1) {
        _deleter = buffers.front().release();
    } else if (!buffers.empty()) {
        _deleter = make_object_deleter(std::move(buffers));
    }
}

packet::packet(packet&& front, fragment f, deleter d) : packet(std::move(front)) {
    add(f);
    _deleter.append(std::move(d));
}

packet::packet(packet&& front, temporary_buffer<char> buffer) : packet(std::move(front)) {
    fragment f{buffer.get_write(), buffer.size()};
    add(f);
    _deleter.append(buffer.release());
}

packet::packet(fragment f, deleter d, packet&& rest) : packet(f, std::move(d)) { append(std::move(rest)); }

packet::packet(fragment f, packet&& rest) : packet(f) { append(std::move(rest)); }

packet packet::share(size_t offset, size_t len) {
    SEASTAR_ASSERT(offset <= _len && len <= _len - offset);
    packet p;
    for (auto f : _fragments) {
        if (offset >= f.size) {
            offset -= f.size;
            continue;
        }
        auto n = std::min(len, f.size - offset);
        p.add({f.base + offset, n});
        len -= n;
        offset = 0;
    }
    p._deleter = _deleter.share();
    p._offload_info = _offload_info;
    p._rss_hash = _rss_hash;
    return p;
}

void packet::append(packet&& p) {
    _fragments.insert(_fragments.end(), p._fragments.begin(), p._fragments.end());
    _deleter.append(std::move(p._deleter));
    _len += std::exchange(p._len, 0);
    p._fragments.clear();
}

char* packet::prepend_uninitialized_header(size_t size) {
    temporary_buffer<char> header(size);
    auto* at = header.get_write();
    auto info = _offload_info;
    auto hash = _rss_hash;
    packet whole(std::move(header));
    whole.append(std::move(*this));
    *this = std::move(whole);
    _offload_info = info;
    _rss_hash = hash;
    return at;
}

void packet::trim_front(size_t how_much) {
    SEASTAR_ASSERT(how_much <= _len);
    _len -= how_much;
    size_t whole = 0;
    while (how_much > 0 && how_much >= _fragments[whole].size) {
        how_much -= _fragments[whole++].size;
    }
    _fragments.erase(_fragments.begin(), _fragments.begin() + static_cast<ptrdiff_t>(whole));
    if (how_much > 0) {
        _fragments.front().base += how_much;
        _fragments.front().size -= how_much;
    }
}

void packet::trim_back(size_t how_much) {
    SEASTAR_ASSERT(how_much <= _len);
    _len -= how_much;
    while (how_much > 0 && how_much >= _fragments.back().size) {
        how_much -= _fragments.back().size;
        _fragments.pop_back();
    }
    if (how_much > 0) {
        _fragments.back().size -= how_much;
    }
}

char* packet::get_header(size_t offset, size_t size) {
    if (offset > _len || size > _len - offset) {
        return nullptr;
    }
    auto at = offset;
    for (auto& f : _fragments) {
        if (at < f.size) {
            if (size <= f.size - at) {
                return f.base + at;
            }
            break;
        }
        at -= f.size;
    }
    linearize();
    return _fragments.empty() ? nullptr : _fragments.front().base + offset;
}

void packet::linearize() {
    if (_fragments.size() < 2) {
        return;
    }
    temporary_buffer<char> all(_len);
    auto* to = all.get_write();
    for (auto f : _fragments) {
        std::memcpy(to, f.base, f.size);
        to += f.size;
    }
    _fragments.clear();
    _fragments.push_back({all.get_write(), all.size()});
    _deleter = all.release();
}

std::vector<temporary_buffer<char>> packet::release() {
    std::vector<temporary_buffer<char>> buffers;
    buffers.reserve(_fragments.size());
    for (auto f : _fragments) {
        buffers.emplace_back(f.base, f.size, _deleter.share());
    }
    *this = packet();
    return buffers;
}

std::ostream& operator<<(std::ostream& os, const packet& p) {
    os << "packet{";
    for (const char* comma = ""; auto& f : p.fragments()) {
        os << comma << f.size;
        comma = ", ";
    }
    return os << '}';
}

}
