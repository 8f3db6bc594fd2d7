/// Bytes as text for tests, and the known frames of the wire format.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace smf {

inline std::string from_hex(std::string_view hex) {
    std::string out;
    for (size_t i = 0; i + 1 < hex.size(); i += 2) {
        out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return out;
}

inline std::string to_hex(std::string_view bytes) {
    std::string out;
    for (unsigned char c : bytes) {
        char two[3];
        std::snprintf(two, sizeof(two), "%02x", c);
        out += two;
    }
    return out;
}

namespace golden {

inline constexpr uint32_t put_id = 3647565230; ///< MemoryNode.Put
inline constexpr uint32_t get_id = 1792279101; ///< SmfStorage.Get
inline constexpr auto put_header = "00000100300000004b2e6046ae6d69d9";
inline constexpr auto get_header = "000001002c000000c525c9943d02d46a";

/// PutRequest{key: "key.0", value: "val.0"}
inline std::string put_body() {
    return from_hex("0c00000008000c00040008000800000014000000040000000500000076616c2e30000000050000006b65792e30000000");
}
/// Request{name: "Hello, smf-world!"}
inline std::string get_body() {
    return from_hex("0c000000000006000800040006000000040000001100000048656c6c6f2c20736d662d776f726c6421000000");
}
/// A table without fields.
inline std::string empty_body() {
    return from_hex("080000000400040004000000");
}

}
}
