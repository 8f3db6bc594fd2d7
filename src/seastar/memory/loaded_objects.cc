#include "memory/loaded_objects.hh"

#include <link.h>
#include <new>

namespace seastar::memory {

loaded_objects::loaded_objects() noexcept {
    // The program comes first, and has no name.
    auto visit = [](dl_phdr_info* info, size_t, void* objects) {
        auto& all = static_cast<loaded_objects*>(objects)->_code;
        try {
            for (int i = 0; i < info->dlpi_phnum; ++i) {
                const auto& segment = info->dlpi_phdr[i];
                if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X)) {
                    uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
                    all.push_back({begin, begin + segment.p_memsz, info->dlpi_addr, info->dlpi_name});
                }
            }
            return 0;
        } catch (const std::bad_alloc&) {
            return 1;
        }
    };
    ::dl_iterate_phdr(visit, this);
}

loaded_objects::place loaded_objects::find(uintptr_t address) const noexcept {
    for (const auto& c : _code) {
        if (address >= c.begin && address < c.end) {
            return {c.object, address - c.base};
        }
    }
    return {{}, address};
}

}
