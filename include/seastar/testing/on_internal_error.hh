/// For tests of what happens on internal errors.
#pragma once

namespace seastar::testing {

/// While it lives on_internal_error() throws, also in programs that abort otherwise (see core/on_internal_error.hh).
/// For all shards: do not overlap two of them.
class scoped_no_abort_on_internal_error {
    bool _before;

public:
    scoped_no_abort_on_internal_error() noexcept;
    ~scoped_no_abort_on_internal_error();
    scoped_no_abort_on_internal_error(const scoped_no_abort_on_internal_error&) = delete;
};

}
