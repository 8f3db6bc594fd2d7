#include "type_name.hh"

#include <cstdlib>
#include <cxxabi.h>
#include <memory>

namespace seastar::internal {

std::string type_name(const std::type_info& type) {
    int status = 0;
    std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
    return name ? std::string(name.get()) : std::string(type.name());
}

}
