#include "smfc/options.hh"

#include "smfc/model.hh"

#include <algorithm>
#include <iterator>
#include <optional>

namespace smfc {

const std::string_view usage = R"(Usage: smfc --filename SCHEMA.fbs [OPTION]...
Writes the services and clients of a FlatBuffers schema: SCHEMA.smf.fb.h.
The tables are written by flatc; smfc_gen() of CMake runs both.

  --filename FILE         the schema
  --include_dirs DIR,...  where included schemas are looked for, besides their includer's folder
  --language NAME,...     cpp, the default
  --output_path DIR       where to write; default: the current folder; must exist
  --depfile FILE          also write, as a make rule, which schemas the output was made from
  --help, --version
)";

namespace {

constexpr std::string_view ignored_flags[] = {"logtostderr", "alsologtostderr", "colorlogtostderr", "log_prefix"};
constexpr std::string_view ignored_values[] = {"v", "vmodule", "minloglevel", "stderrthreshold", "log_dir"};

template <size_t N>
bool contains(const std::string_view (&names)[N], std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        auto part = list.substr(0, list.find(','));
        if (!part.empty()) {
            parts.emplace_back(part);
        }
        list.remove_prefix(std::min(part.size() + 1, list.size()));
    }
    return parts;
}

class parser {
    std::span<const std::string> _rest;
    std::string _name;
    std::optional<std::string> _value; // what followed =

public:
    explicit parser(std::span<const std::string> arguments) : _rest(arguments) {}

    options run() {
        options o;
        while (!_rest.empty()) {
            take_name();
            apply(o);
        }
        return o;
    }

private:
    std::string take() {
        auto text = _rest.front();
        _rest = _rest.subspan(1);
        return text;
    }

    void take_name() {
        auto text = take();
        if (text.size() < 2 || text[0] != '-') {
            throw failure("unexpected argument " + text + "; the schema is given as --filename " + text);
        }
        text.erase(0, text.starts_with("--") ? 2 : 1);
        auto equals = text.find('=');
        _name = text.substr(0, equals);
        _value.reset();
        if (equals != std::string::npos) {
            _value = text.substr(equals + 1);
        }
    }

    std::string value() {
        if (!_value && _rest.empty()) {
            throw failure("--" + _name + " needs a value");
        }
        auto text = _value ? *_value : take();
        if (text.empty()) {
            throw failure("--" + _name + " needs a value that is not empty");
        }
        return text;
    }

    bool flag() {
        if (_value && *_value != "true" && *_value != "false") {
            throw failure("--" + _name + " takes no value");
        }
        return !_value || *_value == "true";
    }

    void apply(options& o) {
        if (_name == "filename") {
            if (!o.filename.empty()) {
                throw failure("--filename is given twice");
            }
            o.filename = value();
        } else if (_name == "include_dirs") {
            for (auto& dir : split(value())) {
                o.include_dirs.push_back(std::move(dir));
            }
        } else if (_name == "language") {
            o.languages = split(value());
        } else if (_name == "output_path") {
            o.output_path = value();
        } else if (_name == "depfile") {
            o.depfile = value();
        } else if (_name == "help" || _name == "h") {
            o.help = flag();
        } else if (_name == "version") {
            o.version = flag();
        } else if (contains(ignored_values, _name)) {
            value();
        } else if (!contains(ignored_flags, _name.starts_with("no") ? _name.substr(2) : _name)) {
            throw failure("unknown option --" + _name + "; --help lists them");
        }
    }
};

}

options parse_options(std::span<const std::string> arguments) {
    return parser(arguments).run();
}

}
