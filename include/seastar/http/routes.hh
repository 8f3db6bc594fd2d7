/// Which handler serves which path.
#pragma once

#include <seastar/http/handlers.hh>

#include <map>
#include <memory>
#include <vector>

namespace seastar::httpd {

/// A path: fixed parts and parameters, the last of which may take all that is left.
class url {
public:
    sstring _path;
    sstring _param;
    url(const sstring& path) : _path(path) {}
    url& remainder(const sstring& param) {
        _param = param;
        return *this;
    }
};

class match_rule {
    struct part {
        sstring text; ///< fixed text, or the parameter's name
        bool param = false;
        bool rest = false;
    };
    std::vector<part> _parts;
    std::unique_ptr<handler_base> _handler;

public:
    explicit match_rule(handler_base* handler) : _handler(handler) {}
    match_rule& add_str(const sstring& str);
    /// One path component, or, with `fullpath`, everything that is left.
    match_rule& add_param(const sstring& name, bool fullpath = false);
    /// The handler, and `params` filled in; or null.
    handler_base* get(const sstring& url, parameters& params) const;
};

/// One table a shard, filled before the server listens. Exact paths first, then the rules in order, then the default.
class routes {
public:
    routes& put(operation_type type, const sstring& url, handler_base* handler); ///< Takes the handler over.
    routes& add(operation_type type, const url& url, handler_base* handler);
    routes& add(match_rule* rule, operation_type type = GET); ///< Takes the rule over.
    routes& add_default_handler(handler_base* handler);       ///< Not owned: the caller's.

    handler_base* get_handler(operation_type type, const sstring& url, parameters& params);
    handler_base* get_exact_match(operation_type type, const sstring& url) const;
    future<std::unique_ptr<http::reply>> handle(const sstring& path, std::unique_ptr<http::request> req,
                                                std::unique_ptr<http::reply> rep);
    /// The reply to an exception that a handler let out.
    std::unique_ptr<http::reply> exception_reply(std::exception_ptr ex) const;

private:
    handler_base* find(operation_type type, const sstring& url, parameters& params) const;

    std::map<sstring, std::unique_ptr<handler_base>> _map[NUM_OPERATION];
    std::vector<std::unique_ptr<match_rule>> _rules[NUM_OPERATION];
    handler_base* _default_handler = nullptr;
};

}
