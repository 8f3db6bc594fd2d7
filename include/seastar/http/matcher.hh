/// What the parts of a route's path match: fixed text, or a parameter.
#pragma once

#include <seastar/http/common.hh>

namespace seastar::httpd {

/// Matches a piece of a path.
class matcher {
public:
    virtual ~matcher() = default;
    /// Where the piece that begins at `at` ends, or npos if it does not match. May fill in `params`.
    virtual size_t match(const sstring& url, size_t at, parameters& params) = 0;
    /// Whether it matches the same as the other.
    virtual bool is_same(const matcher& other) const { return this == &other; }
};

/// One path component, or, with `entire_path`, all that is left; with its '/'.
class param_matcher final : public matcher {
    sstring _name;
    bool _entire_path;

public:
    explicit param_matcher(const sstring& name, bool entire_path = false) : _name(name), _entire_path(entire_path) {}
    size_t match(const sstring& url, size_t at, parameters& params) override;
    bool is_same(const matcher& other) const override;
};

/// Fixed text, which ends where a path component does: "/foo" is no part of "/foobar".
class str_matcher final : public matcher {
    sstring _text;

public:
    explicit str_matcher(const sstring& text) : _text(text) {}
    size_t match(const sstring& url, size_t at, parameters& params) override;
    bool is_same(const matcher& other) const override;
};

}
