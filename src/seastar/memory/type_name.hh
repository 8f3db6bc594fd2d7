/// The names of types as people write them.
#pragma once

#include <string>
#include <typeinfo>

namespace seastar::internal {

/// Demangled where that works, else as the compiler names it. Throws std::bad_alloc.
std::string type_name(const std::type_info& type);

}
