#include <seastar/core/checked_ptr.hh>

namespace seastar {

const char* checked_ptr_is_null_exception::what() const noexcept {
    return "attempt to dereference a null checked_ptr";
}

void default_null_deref_action::operator()() const {
    throw checked_ptr_is_null_exception();
}

}
