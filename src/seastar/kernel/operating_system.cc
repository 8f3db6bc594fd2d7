#include "operating_system.hh"

#include <utility>

namespace seastar::kernel {

namespace {
constinit thread_local operating_system* current = nullptr;
}

operating_system* substitute() noexcept { return current; }

substitute_scope::substitute_scope(operating_system* os) noexcept : _before(std::exchange(current, os)) {}

substitute_scope::~substitute_scope() { current = _before; }

}
