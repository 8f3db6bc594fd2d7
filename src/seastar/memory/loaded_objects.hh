/// What is mapped where: the program and its shared objects, as they were when this was made. Addresses in a backtrace
/// are written relative to them, since the kernel maps them elsewhere each time; seastar-addr2line reads that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seastar::memory {

/// Owned by who prints addresses; unchanging, so any thread may read it, and a signal handler.
class loaded_objects {
public:
    struct place {
        std::string_view object; ///< the path of the shared object; empty for the program, and for code of none
        uintptr_t offset;
    };

    /// Takes the loader's lock. With too little memory, later objects are left out.
    loaded_objects() noexcept;

    /// Async-signal-safe. An address in none of them is its own offset.
    place find(uintptr_t address) const noexcept;

private:
    struct code {
        uintptr_t begin;
        uintptr_t end;
        uintptr_t base; ///< what its addresses are relative to
        std::string object;
    };

    std::vector<code> _code;
};

}
