/// Hashing of enumerations.
#pragma once

#include <cstddef>
#include <type_traits>
#include <typeindex> // the lightest header that declares std::hash

namespace seastar {

/// For containers keyed by an enumeration.
template <typename T>
class enum_hash {
    static_assert(std::is_enum_v<T>);

public:
    size_t operator()(const T& value) const noexcept {
        using number = std::underlying_type_t<T>;
        return std::hash<number>()(static_cast<number>(value));
    }
};

}
