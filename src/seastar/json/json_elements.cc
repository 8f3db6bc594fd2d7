#include <seastar/json/json_elements.hh>

#include <algorithm>

namespace seastar::json {

bool json_base::is_verify() const {
    return std::all_of(_elements.begin(), _elements.end(), [](auto* e) { return e->is_verify(); });
}

void json_base::add(json_base_element* element, std::string name, bool mandatory) {
    element->_mandatory = mandatory;
    element->_name = std::move(name);
    _elements.push_back(element);
}

std::string json_base::to_json() const {
    std::string out = "{";
    const char* comma = "";
    for (auto* e : _elements) {
        if (e->_set) {
            out += std::exchange(comma, ", ") + formatter::to_json(e->_name) + ": " + e->to_string();
        }
    }
    return out += "}";
}

future<> json_base::write(output_stream<char>& out) const {
    return do_with("{", [this, &out](const char*& before) {
        return do_for_each(_elements, [&out, &before](json_base_element* e) {
            if (!e->_set) {
                return make_ready_future<>();
            }
            auto name = std::exchange(before, ", ") + formatter::to_json(e->_name) + ": ";
            return out.write(name).then([&out, e] { return e->write(out); });
        }).then([&out, &before] { return out.write(before == std::string_view("{") ? "{}" : "}"); });
    });
}

}
