#include <seastar/core/on_internal_error.hh>
#include <seastar/testing/on_internal_error.hh>

namespace seastar::testing {

scoped_no_abort_on_internal_error::scoped_no_abort_on_internal_error() noexcept
    : _before(set_abort_on_internal_error(false)) {}

scoped_no_abort_on_internal_error::~scoped_no_abort_on_internal_error() { set_abort_on_internal_error(_before); }

}
