#include "smfc/source_lines.hh"

#include <algorithm>
#include <utility>

namespace smfc {

namespace {

/// An identifier or a single character; empty at the end of the text.
struct token {
    std::string_view text;
    int line = 1;
};

class scanner {
    std::string_view _text;
    size_t _at = 0;
    int _line = 1;

public:
    explicit scanner(std::string_view text) : _text(text) {}
    token next() {
        skip_blanks_and_comments();
        auto begin = _at;
        if (_at == _text.size()) {
            return {{}, _line};
        }
        auto line = _line;
        if (is_identifier(_text[_at])) {
            while (_at < _text.size() && is_identifier(_text[_at])) {
                advance();
            }
        } else if (_text[_at] == '"' || _text[_at] == '\'') {
            skip_string(_text[_at]);
        } else {
            advance();
        }
        return {_text.substr(begin, _at - begin), line};
    }

private:
    static bool is_identifier(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
    bool starts_with(std::string_view s) const { return _text.substr(_at, s.size()) == s; }
    void advance() { _line += _text[_at++] == '\n'; }
    void skip_until(std::string_view end) {
        while (_at < _text.size() && !starts_with(end)) {
            advance();
        }
    }
    void skip_blanks_and_comments() {
        while (_at < _text.size()) {
            if (starts_with("//")) {
                skip_until("\n");
            } else if (starts_with("/*")) {
                skip_until("*/");
                _at = std::min(_at + 2, _text.size());
            } else if (_text[_at] == ' ' || _text[_at] == '\t' || _text[_at] == '\r' || _text[_at] == '\n') {
                advance();
            } else {
                return;
            }
        }
    }
    void skip_string(char quote) {
        advance();
        while (_at < _text.size() && _text[_at] != quote) {
            _at += _text[_at] == '\\' && _at + 1 < _text.size();
            advance();
        }
        _at = std::min(_at + 1, _text.size());
    }
};

}

std::vector<service_lines> find_service_lines(std::string_view schema_text) {
    std::vector<service_lines> services;
    scanner s(schema_text);
    for (auto t = s.next(); !t.text.empty(); t = s.next()) {
        if (t.text != "rpc_service") {
            continue;
        }
        service_lines found{s.next().line, {}};
        // A method is the first word after { and after each ;
        bool starts = false;
        for (t = s.next(); !t.text.empty() && t.text != "}"; t = s.next()) {
            if (starts) {
                found.methods.push_back(t.line);
            }
            starts = t.text == "{" || t.text == ";";
        }
        services.push_back(std::move(found));
    }
    return services;
}

}
