#include "history.hh"

#include <algorithm>
#include <set>
#include <utility>

namespace sim_test {

size_t history::begin(const std::string& key, operation::kind what, std::optional<std::string> value) {
    auto& all = _operations[key];
    operation o;
    o.what = what;
    o.value = std::move(value);
    o.begin = ++_time;
    all.push_back(std::move(o));
    return all.size() - 1;
}

void history::end(const std::string& key, size_t number, std::optional<std::string> value, bool found) {
    auto& o = _operations[key][number];
    o.end = ++_time;
    o.found = found;
    if (o.what == operation::kind::get) {
        o.value = std::move(value);
    }
    ++_answered;
}

std::vector<std::string> history::not_linearizable() const {
    std::vector<std::string> result;
    for (auto& [key, operations] : _operations) {
        if (!linearizable(operations)) {
            result.push_back(key);
        }
    }
    return result;
}

std::string history::describe(const std::string& key) const {
    std::string text;
    for (auto& o : _operations.at(key)) {
        const char* names[] = {"put", "get", "erase"};
        text += "  [" + std::to_string(o.begin) + ", " + (o.end == UINT64_MAX ? "-" : std::to_string(o.end)) + "] " +
                names[static_cast<int>(o.what)] + " " + o.value.value_or("(none)");
        text += o.what == operation::kind::erase ? o.found ? " found\n" : " not found\n" : "\n";
    }
    return text;
}

namespace {

/// Looks for an order, first come first tried; what was tried once, a set of done operations and the value they left,
/// is not tried again.
class search {
    using done_set = std::vector<bool>;

    const std::vector<operation>& _all;
    done_set _done;
    size_t _answers_left;
    std::set<std::pair<done_set, std::optional<std::string>>> _tried;

    static bool answered(const operation& o) { return o.end != UINT64_MAX; }

    /// The value after o, or nothing if o's answer contradicts the value before it.
    static bool apply(const operation& o, const std::optional<std::string>& before, std::optional<std::string>& after) {
        switch (o.what) {
        case operation::kind::put:
            after = o.value;
            return true;
        case operation::kind::get:
            after = before;
            return before == o.value;
        case operation::kind::erase:
            after = std::nullopt;
            return !answered(o) || o.found == before.has_value();
        }
        return false;
    }

    bool from(const std::optional<std::string>& value) {
        if (_answers_left == 0) {
            return true;
        }
        if (!_tried.emplace(_done, value).second) {
            return false;
        }
        // Next can be what began before anything that is left had ended.
        uint64_t first_end = UINT64_MAX;
        for (size_t i = 0; i < _all.size(); ++i) {
            if (!_done[i]) {
                first_end = std::min(first_end, _all[i].end);
            }
        }
        for (size_t i = 0; i < _all.size(); ++i) {
            auto& o = _all[i];
            std::optional<std::string> after;
            if (_done[i] || o.begin > first_end || !apply(o, value, after)) {
                continue;
            }
            _done[i] = true;
            _answers_left -= answered(o);
            if (from(after)) {
                return true;
            }
            _answers_left += answered(o);
            _done[i] = false;
        }
        return false;
    }

public:
    explicit search(const std::vector<operation>& all)
        : _all(all), _done(all.size()), _answers_left(static_cast<size_t>(std::ranges::count_if(all, answered))) {}
    bool succeeds() { return from(std::nullopt); }
};

}

bool linearizable(const std::vector<operation>& operations) {
    // A get without an answer tells nothing.
    std::vector<operation> telling;
    std::ranges::copy_if(operations, std::back_inserter(telling), [](const operation& o) {
        return o.what != operation::kind::get || o.end != UINT64_MAX;
    });
    return search(telling).succeeds();
}

}
