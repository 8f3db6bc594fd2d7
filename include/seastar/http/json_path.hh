/// Routes as data: what code that was generated from a description of an API registers its handlers with.
#pragma once

#include <seastar/http/function_handlers.hh>
#include <seastar/http/routes.hh>

#include <initializer_list>
#include <utility>
#include <vector>

namespace seastar::httpd {

struct json_operation {
    operation_type method = GET;
    sstring nickname;
    json_operation() = default;
    json_operation(operation_type method, const sstring& nickname) : method(method), nickname(nickname) {}
};

/// A path with its parameters, in the order in which they stand behind it, and the query parameters that it needs.
struct path_description {
    enum class url_component_type {
        PARAM,                   ///< one component of the path
        PARAM_UNTIL_END_OF_PATH, ///< all that is left
        FIXED_STRING,
    };
    struct path_part {
        sstring name;
        url_component_type type = url_component_type::PARAM;
    };

    std::vector<path_part> params;
    sstring path;
    json_operation operations;
    std::vector<sstring> mandatory_queryparams;

    path_description() = default;
    /// Of path_parameters, `second` says whether all that is left belongs to it.
    path_description(const sstring& path, operation_type method, const sstring& nickname,
                     const std::vector<std::pair<sstring, bool>>& path_parameters,
                     const std::vector<sstring>& mandatory_params);
    path_description(const sstring& path, operation_type method, const sstring& nickname,
                     std::initializer_list<path_part> path_parameters, const std::vector<sstring>& mandatory_params);

    path_description* pushparam(const sstring& param, bool all_path = false);
    path_description* push_static_path_part(const sstring& url);
    path_description* pushmandatory_param(const sstring& param);

    /// Adds the route, with a handler that the routes take over, or made of a function.
    void set(routes& r, handler_base* handler) const;
    void set(routes& r, const json_request_function& f) const { set(r, new function_handler(f)); }
    void set(routes& r, const future_json_function& f) const { set(r, new function_handler(f)); }
    /// Takes the route out again, with its handler.
    void unset(routes& r) const;

private:
    match_rule* make_rule(handler_base* handler) const;
};

}
