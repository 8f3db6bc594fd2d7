#include <seastar/http/json_path.hh>

#include <memory>

namespace seastar::httpd {

path_description::path_description(const sstring& path, operation_type method, const sstring& nickname,
                                   const std::vector<std::pair<sstring, bool>>& path_parameters,
                                   const std::vector<sstring>& mandatory_params)
    : path(path), operations(method, nickname), mandatory_queryparams(mandatory_params) {
    for (auto& [name, all_path] : path_parameters) {
        pushparam(name, all_path);
    }
}

path_description::path_description(const sstring& path, operation_type method, const sstring& nickname,
                                   std::initializer_list<path_part> path_parameters,
                                   const std::vector<sstring>& mandatory_params)
    : params(path_parameters), path(path), operations(method, nickname), mandatory_queryparams(mandatory_params) {}

path_description* path_description::pushparam(const sstring& param, bool all_path) {
    params.push_back({param, all_path ? url_component_type::PARAM_UNTIL_END_OF_PATH : url_component_type::PARAM});
    return this;
}

path_description* path_description::push_static_path_part(const sstring& url) {
    params.push_back({url, url_component_type::FIXED_STRING});
    return this;
}

path_description* path_description::pushmandatory_param(const sstring& param) {
    mandatory_queryparams.push_back(param);
    return this;
}

match_rule* path_description::make_rule(handler_base* handler) const {
    auto rule = std::make_unique<match_rule>(handler);
    rule->add_str(path);
    for (auto& part : params) {
        if (part.type == url_component_type::FIXED_STRING) {
            rule->add_str(part.name);
        } else {
            rule->add_param(part.name, part.type == url_component_type::PARAM_UNTIL_END_OF_PATH);
        }
    }
    return rule.release();
}

void path_description::set(routes& r, handler_base* handler) const {
    for (auto& name : mandatory_queryparams) {
        handler->mandatory(name);
    }
    if (params.empty()) {
        r.put(operations.method, path, handler);
    } else {
        r.add_cookie(make_rule(handler), operations.method);
    }
}

void path_description::unset(routes& r) const {
    if (params.empty()) {
        delete r.drop(operations.method, path);
    } else {
        std::unique_ptr<match_rule> same(make_rule(nullptr));
        delete r.drop(operations.method, *same);
    }
}

}
