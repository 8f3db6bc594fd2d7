/// What serves a route.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/http/reply.hh>
#include <seastar/http/request.hh>

#include <memory>
#include <vector>

namespace seastar::httpd {

using const_req = const http::request&;

/// One object for all requests of a shard. A failure becomes a reply: base_exception with its status, others 500.
class handler_base {
public:
    virtual ~handler_base() = default;
    virtual future<std::unique_ptr<http::reply>> handle(const sstring& path, std::unique_ptr<http::request> req,
                                                        std::unique_ptr<http::reply> rep) = 0;
    /// Query parameters without which the request is refused.
    handler_base& mandatory(const sstring& param) {
        _mandatory_param.push_back(param);
        return *this;
    }
    std::vector<sstring> _mandatory_param;
};

}
