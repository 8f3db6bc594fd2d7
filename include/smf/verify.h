/// Whether bytes from a peer are a FlatBuffer of some table, so that its accessors may be used on them.
///
/// Buffers of at most 8 KiB: the verifier of FlatBuffers, at most 32 levels deep and size / 16 + 64 tables. It does not
/// count how often bytes are visited, so that vectors which share elements make it quadratic; larger buffers are
/// therefore walked first by code of our own, which refuses when it has visited more than four times the size. The walk
/// needs the type tables that flatc writes with --reflect-names; tables without one are refused above 8 KiB.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstddef>
#include <cstdint>

namespace smf {

/// True if the bytes are a valid buffer. Requires: body is 8-byte aligned.
using rpc_body_verifier = bool (*)(const uint8_t* body, size_t size) noexcept;

namespace internal {

inline constexpr size_t stock_verifier_max = 8 * 1024;
inline constexpr unsigned verified_depth_max = 32;

/// Whether a walk along all references of the buffer stays within its budget. False without a type table.
bool visits_few_bytes(const uint8_t* body, size_t size, const flatbuffers::TypeTable* types) noexcept;

template <typename Table>
const flatbuffers::TypeTable* type_table_of() noexcept {
    if constexpr (requires { Table::MiniReflectTypeTable(); }) {
        return Table::MiniReflectTypeTable();
    } else {
        return nullptr;
    }
}

}

template <typename Table>
bool verify_body(const uint8_t* body, size_t size) noexcept {
    if (size < sizeof(flatbuffers::uoffset_t) || size >= FLATBUFFERS_MAX_BUFFER_SIZE) {
        return false;
    }
    if (size > internal::stock_verifier_max &&
        !internal::visits_few_bytes(body, size, internal::type_table_of<Table>())) {
        return false;
    }
    flatbuffers::Verifier verifier(body, size, internal::verified_depth_max,
                                   static_cast<flatbuffers::uoffset_t>(size / 16 + 64));
    return verifier.VerifyBuffer<Table>(nullptr);
}

}
