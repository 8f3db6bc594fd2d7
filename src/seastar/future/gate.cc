#include <seastar/core/gate.hh>

namespace seastar {

const char* gate_closed_exception::what() const noexcept { return "gate closed"; }

named_gate_closed_exception::named_gate_closed_exception(std::string_view name) : _msg(name.data(), name.size()) {
    constexpr std::string_view closed = " gate closed";
    _msg.append(closed.data(), closed.size());
}

std::exception_ptr gate::closed_exception() const noexcept { return std::make_exception_ptr(gate_closed_exception()); }

void gate::throw_closed() const { std::rethrow_exception(closed_exception()); }

std::exception_ptr named_gate::closed_exception() const noexcept {
    try {
        return std::make_exception_ptr(named_gate_closed_exception(_name));
    } catch (...) {
        return std::current_exception();
    }
}

}
