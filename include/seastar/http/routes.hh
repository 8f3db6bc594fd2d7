/// Which handler serves which path.
#pragma once

#include <seastar/http/handlers.hh>
#include <seastar/http/matcher.hh>

#include <functional>
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
    std::vector<std::unique_ptr<matcher>> _parts;
    std::unique_ptr<handler_base> _handler;

public:
    explicit match_rule(handler_base* handler) : _handler(handler) {}
    /// Takes the matcher over.
    match_rule& add_matcher(matcher* part);
    match_rule& add_str(const sstring& str) { return add_matcher(new str_matcher(str)); }
    /// One path component, or, with `fullpath`, everything that is left.
    match_rule& add_param(const sstring& name, bool fullpath = false) {
        return add_matcher(new param_matcher(name, fullpath));
    }
    /// The handler, and `params` filled in; or null.
    handler_base* get(const sstring& url, parameters& params) const;
    /// Whether it matches the same paths, part by part.
    bool is_same_path(const match_rule& other) const;
};

/// Makes the reply to an exception that a handler let out; throws, it or another, to leave that to the next.
using exception_handler_fun = std::function<std::unique_ptr<http::reply>(std::exception_ptr ex)>;
using exception_handler_id = size_t;

/// One table a shard, filled before the server listens. Exact paths first, then the rules in order, then the default.
class routes {
public:
    /// Takes the handler over. Throws std::runtime_error if there is one; then this one stays the caller's.
    routes& put(operation_type type, const sstring& url, handler_base* handler);
    routes& add(operation_type type, const url& url, handler_base* handler);
    routes& add(handler_base* handler, const url& url, operation_type type = GET) { return add(type, url, handler); }
    routes& add(match_rule* rule, operation_type type = GET); ///< Takes the rule over.
    /// The same; the number is for del_cookie().
    uint64_t add_cookie(match_rule* rule, operation_type type);
    /// Takes a rule out and gives it to the caller; null if there is none.
    match_rule* del_cookie(uint64_t cookie, operation_type type);
    /// Takes the handler of an exact path out and gives it to the caller; null if there is none.
    handler_base* drop(operation_type type, const sstring& url);
    /// The same for the first rule with the path of this one.
    match_rule* drop(operation_type type, const match_rule& same_path);
    routes& add_default_handler(handler_base* handler);       ///< Not owned: the caller's.

    handler_base* get_handler(operation_type type, const sstring& url, parameters& params);
    handler_base* get_exact_match(operation_type type, const sstring& url) const;
    future<std::unique_ptr<http::reply>> handle(const sstring& path, std::unique_ptr<http::request> req,
                                                std::unique_ptr<http::reply> rep);
    /// The last one that was registered is asked first; what it throws, the one before.
    exception_handler_id register_exeption_handler(exception_handler_fun fun);
    void remove_exception_handler(exception_handler_id id) noexcept { _exception_handlers.erase(id); }
    /// The reply to an exception that a handler let out: {"message": ..., "code": ...}.
    std::unique_ptr<http::reply> exception_reply(std::exception_ptr ex) const;

private:
    handler_base* find(operation_type type, const sstring& url, parameters& params) const;

    std::map<sstring, std::unique_ptr<handler_base>> _map[NUM_OPERATION];
    std::map<uint64_t, std::unique_ptr<match_rule>> _rules[NUM_OPERATION]; ///< in the order of their numbers
    uint64_t _next_rule = 0;
    std::map<exception_handler_id, exception_handler_fun> _exception_handlers;
    exception_handler_id _next_exception_handler = 0;
    handler_base* _default_handler = nullptr;
};

/// Registers a handler for an exact path for as long as it lives. The handler is the caller's, and outlives it.
class handler_registration {
    routes& _routes;
    sstring _url;
    operation_type _type;

public:
    handler_registration(routes& rs, handler_base& handler, const sstring& url, operation_type type)
        : _routes(rs), _url(url), _type(type) {
        _routes.put(_type, _url, &handler);
    }
    ~handler_registration() { _routes.drop(_type, _url); }
    handler_registration(const handler_registration&) = delete;
};
/// The same for a rule.
class rule_registration {
    routes& _routes;
    operation_type _type;
    uint64_t _cookie;

public:
    rule_registration(routes& rs, match_rule& rule, operation_type type)
        : _routes(rs), _type(type), _cookie(_routes.add_cookie(&rule, type)) {}
    ~rule_registration() { _routes.del_cookie(_cookie, _type); }
    rule_registration(const rule_registration&) = delete;
};

}
