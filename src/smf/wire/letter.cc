/// Letters, envelopes and contexts: the parts of them that need no table type.
#include <smf/rpc_envelope.h>
#include <smf/rpc_error.h>
#include <smf/rpc_recv_context.h>
#include <smf/rpc_recv_typed_context.h>

#include "empty_table.hh"

#include <algorithm>
#include <cstring>
#include <ostream>

namespace smf {

rpc_dynamic_headers::rpc_dynamic_headers(const rpc_dynamic_headers& other)
    : _list(other._list ? std::make_unique<list>(*other._list) : nullptr) {}

bool rpc_dynamic_headers::emplace(seastar::sstring key, seastar::sstring value) {
    if (find(key)) {
        return false;
    }
    if (!_list) {
        _list = std::make_unique<list>();
    }
    _list->emplace_back(std::move(key), std::move(value));
    return true;
}

const seastar::sstring* rpc_dynamic_headers::find(std::string_view key) const noexcept {
    auto it = std::find_if(begin(), end(), [key](auto& header) { return header.first == key; });
    return it != end() ? &it->second : nullptr;
}

rpc_letter rpc_letter::share() {
    rpc_letter other;
    other.header = header;
    other.dynamic_headers = dynamic_headers;
    other.body = body.share();
    return other;
}

std::ostream& operator<<(std::ostream& o, const rpc_letter& l) {
    return o << "rpc_letter{header=" << l.header << ", body=" << l.body.size() << "}";
}

void rpc_envelope::add_dynamic_header(seastar::sstring key, seastar::sstring value) {
    letter.dynamic_headers.emplace(std::move(key), std::move(value));
}

std::ostream& operator<<(std::ostream& o, const rpc_envelope& e) {
    return o << "rpc_envelope{letter=" << e.letter << "}";
}

rpc_peer_address::rpc_peer_address(const seastar::socket_address& a)
    : _address(seastar::make_lw_shared<const seastar::socket_address>(a)) {}

const seastar::socket_address& rpc_peer_address::get() const noexcept {
    static const seastar::socket_address none; // of a context that was made without a connection
    return _address ? *_address : none;
}

std::ostream& operator<<(std::ostream& o, const rpc_peer_address& a) {
    return o << a.get();
}

std::ostream& operator<<(std::ostream& o, const rpc_recv_context& c) {
    return o << "rpc_recv_context{remote_address=" << c.remote_address << ", header=" << c.header
             << ", payload=" << c.payload.size() << "}";
}

bool is_empty_table(const seastar::temporary_buffer<char>& body) noexcept {
    return body.size() == sizeof(empty_table) && std::memcmp(body.get(), empty_table, sizeof(empty_table)) == 0;
}

rpc_timed_out::rpc_timed_out() : std::runtime_error("no reply came before the deadline of the call") {}

void internal::throw_unverified_body() {
    throw rpc_error(400, "the body is not a buffer of its type");
}

}
