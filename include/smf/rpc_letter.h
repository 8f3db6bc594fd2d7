/// A header and its body: what travels, in memory.
#pragma once

#include <smf/rpc_header.h>

#include <seastar/core/sstring.hh>
#include <seastar/core/temporary_buffer.hh>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace smf {

/// Text by text, in the order in which it was added. One word, as almost all letters have none and letters move a lot.
class rpc_dynamic_headers {
    using list = std::vector<std::pair<seastar::sstring, seastar::sstring>>;

public:
    rpc_dynamic_headers() noexcept = default;
    rpc_dynamic_headers(rpc_dynamic_headers&&) noexcept = default;
    rpc_dynamic_headers& operator=(rpc_dynamic_headers&&) noexcept = default;
    rpc_dynamic_headers(const rpc_dynamic_headers&);
    rpc_dynamic_headers& operator=(const rpc_dynamic_headers& other) { return *this = rpc_dynamic_headers(other); }

    /// False if the key is there already; its value stays.
    bool emplace(seastar::sstring key, seastar::sstring value);
    /// Null if there is none.
    const seastar::sstring* find(std::string_view key) const noexcept;
    size_t size() const noexcept { return _list ? _list->size() : 0; }
    bool empty() const noexcept { return size() == 0; }
    list::const_iterator begin() const noexcept { return _list ? _list->begin() : list::const_iterator(); }
    list::const_iterator end() const noexcept { return _list ? _list->end() : list::const_iterator(); }

private:
    std::unique_ptr<list> _list;
};

/// Move-only; lives on one shard.
struct rpc_letter {
    static constexpr size_t kHeaderSize = sizeof(rpc::header);

    rpc_letter() noexcept = default;
    explicit rpc_letter(seastar::temporary_buffer<char> b) noexcept : body(std::move(b)) {}
    rpc_letter(rpc_letter&&) noexcept = default;
    rpc_letter& operator=(rpc_letter&&) noexcept = default;

    /// Bytes on the wire.
    size_t size() const noexcept { return kHeaderSize + body.size(); }
    bool empty() const noexcept { return body.size() == 0; }
    /// A second letter of the same bytes.
    rpc_letter share();

    rpc::header header;
    /// Compat: kept by the letter and never sent; a peer refuses a frame with headers in its payload.
    rpc_dynamic_headers dynamic_headers;
    seastar::temporary_buffer<char> body;
};

std::ostream& operator<<(std::ostream&, const rpc_letter&);

}
