#include <seastar/core/gate.hh>

namespace seastar {

void gate::throw_closed() const { throw gate_closed_exception(); }

void named_gate::throw_closed() const { throw named_gate_closed_exception(_name); }

}
