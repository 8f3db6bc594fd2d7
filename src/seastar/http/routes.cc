#include <seastar/http/routes.hh>

#include <seastar/http/exception.hh>

#include <algorithm>

namespace seastar::httpd {

namespace {

// "/a/b/" is served as "/a/b".
sstring without_trailing_slash(const sstring& url) {
    return url.size() > 1 && url[url.size() - 1] == '/' ? url.substr(0, url.size() - 1) : url;
}

}

match_rule& match_rule::add_matcher(matcher* part) {
    _parts.emplace_back(part);
    return *this;
}

handler_base* match_rule::get(const sstring& url, parameters& params) const {
    size_t at = 0;
    for (auto& part : _parts) {
        at = part->match(url, at, params);
        if (at == sstring::npos) {
            return nullptr;
        }
    }
    auto rest = std::string_view(url).substr(at);
    return rest.empty() || rest == "/" ? _handler.get() : nullptr;
}

bool match_rule::is_same_path(const match_rule& other) const {
    return std::equal(_parts.begin(), _parts.end(), other._parts.begin(), other._parts.end(),
                      [](auto& a, auto& b) { return a->is_same(*b); });
}

routes& routes::put(operation_type type, const sstring& url, handler_base* handler) {
    auto [at, added] = _map[type].try_emplace(without_trailing_slash(url));
    if (!added) {
        throw std::runtime_error("a handler for '" + std::string(url) + "' is registered already");
    }
    at->second.reset(handler);
    return *this;
}

routes& routes::add(operation_type type, const url& url, handler_base* handler) {
    auto rule = std::make_unique<match_rule>(handler);
    rule->add_str(url._path);
    if (url._param.size()) {
        rule->add_param(url._param, true);
    }
    return add(rule.release(), type);
}

routes& routes::add(match_rule* rule, operation_type type) {
    add_cookie(rule, type);
    return *this;
}

uint64_t routes::add_cookie(match_rule* rule, operation_type type) {
    std::unique_ptr<match_rule> owned(rule);
    _rules[type].emplace(_next_rule, std::move(owned));
    return _next_rule++;
}

match_rule* routes::del_cookie(uint64_t cookie, operation_type type) {
    auto node = _rules[type].extract(cookie);
    return node ? node.mapped().release() : nullptr;
}

handler_base* routes::drop(operation_type type, const sstring& url) {
    auto node = _map[type].extract(without_trailing_slash(url));
    return node ? node.mapped().release() : nullptr;
}

match_rule* routes::drop(operation_type type, const match_rule& same_path) {
    for (auto& [cookie, rule] : _rules[type]) {
        if (rule->is_same_path(same_path)) {
            return del_cookie(cookie, type);
        }
    }
    return nullptr;
}

exception_handler_id routes::register_exeption_handler(exception_handler_fun fun) {
    _exception_handlers.emplace(_next_exception_handler, std::move(fun));
    return _next_exception_handler++;
}

routes& routes::add_default_handler(handler_base* handler) {
    _default_handler = handler;
    return *this;
}

handler_base* routes::get_exact_match(operation_type type, const sstring& url) const {
    auto at = _map[type].find(url);
    return at == _map[type].end() ? nullptr : at->second.get();
}

handler_base* routes::find(operation_type type, const sstring& url, parameters& params) const {
    if (auto* exact = get_exact_match(type, url)) {
        return exact;
    }
    for (auto& [cookie, rule] : _rules[type]) {
        params.clear();
        if (auto* handler = rule->get(url, params)) {
            return handler;
        }
    }
    params.clear();
    return nullptr;
}

handler_base* routes::get_handler(operation_type type, const sstring& url, parameters& params) {
    auto normal = without_trailing_slash(url);
    auto* handler = find(type, normal, params);
    if (!handler && type == HEAD) {
        handler = find(GET, normal, params); // without a handler of its own it is a GET without a body
    }
    return handler ? handler : _default_handler;
}

future<std::unique_ptr<http::reply>> routes::handle(const sstring& path, std::unique_ptr<http::request> req,
                                                    std::unique_ptr<http::reply> rep) {
    auto failed = [this](std::exception_ptr ex) { return exception_reply(std::move(ex)); };
    auto type = req->_method.empty() ? GET : str2type(req->_method); // programs make requests without a method
    if (type == NUM_OPERATION) {
        return make_ready_future<std::unique_ptr<http::reply>>(exception_reply(
            std::make_exception_ptr(base_exception("Unknown method", http::reply::status_type::not_implemented))));
    }
    auto* handler = get_handler(type, path, req->param);
    if (!handler) {
        return make_ready_future<std::unique_ptr<http::reply>>(
            exception_reply(std::make_exception_ptr(not_found_exception())));
    }
    for (auto& name : handler->_mandatory_param) {
        if (!req->has_query_param(name)) {
            return make_ready_future<std::unique_ptr<http::reply>>(
                exception_reply(std::make_exception_ptr(missing_param_exception(name))));
        }
    }
    return futurize_invoke([&] { return handler->handle(path, std::move(req), std::move(rep)); })
        .handle_exception(failed);
}

std::unique_ptr<http::reply> routes::exception_reply(std::exception_ptr ex) const {
    for (auto at = _exception_handlers.rbegin(); at != _exception_handlers.rend(); ++at) {
        try {
            return at->second(ex);
        } catch (...) {
            ex = std::current_exception();
        }
    }
    auto rep = std::make_unique<http::reply>();
    try {
        std::rethrow_exception(ex);
    } catch (const redirect_exception& e) {
        rep->add_header("Location", e.url).set_status(e.status());
    } catch (const base_exception& e) {
        rep->set_status(e.status(), json_exception(e).to_json());
    } catch (...) {
        rep->set_status(http::reply::status_type::internal_server_error, json_exception(ex).to_json());
    }
    rep->set_content_type("json");
    return rep;
}

}
