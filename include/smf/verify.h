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

using table_verifier = bool (*)(flatbuffers::Verifier&);
bool verify_body(const uint8_t* body, size_t size, table_verifier verify, const flatbuffers::TypeTable* types) noexcept;

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
    return internal::verify_body(
        body, size, [](flatbuffers::Verifier& v) { return v.VerifyBuffer<Table>(nullptr); },
        internal::type_table_of<Table>());
}

}
