/// The numbers of services and methods: CRC-32 (the one of zlib) of their names.
#pragma once

#include <cstdint>
#include <string_view>

namespace smf {

uint32_t crc32(std::string_view) noexcept;

/// Of the name without its namespace.
inline uint32_t service_id_of(std::string_view name) noexcept {
    return crc32(name);
}
/// Of "Method:input::type:output::type".
inline uint32_t method_id_of(std::string_view signature) noexcept {
    return crc32(signature);
}

}
