#include <seastar/util/backtrace.hh>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fmt/format.h>
#include <link.h>
#include <ostream>
#include <string>
#include <unwind.h>

namespace seastar {

namespace {

/// The program or a shared object, as far as it is mapped.
struct loaded_object {
    std::string_view name; ///< empty for the program
    uintptr_t base = 0;    ///< what its addresses are relative to
};

struct search {
    uintptr_t address;
    loaded_object found{};
};

// The object that `address` lies in; the program itself comes first, and has no name.
int visit_object(dl_phdr_info* info, size_t, void* context) {
    auto& s = *static_cast<search*>(context);
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& segment = info->dlpi_phdr[i];
        uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
        if (segment.p_type == PT_LOAD && s.address - begin < segment.p_memsz) {
            s.found = {info->dlpi_name, info->dlpi_addr};
            return 1;
        }
    }
    return 0;
}

template <typename Out>
void append_frames(Out out, const simple_backtrace& b) {
    const char* separator = "";
    for (frame f : b) {
        search s{f.addr};
        ::dl_iterate_phdr(visit_object, &s);
        out = fmt::format_to(out, "{}{}{}0x{:x}", std::exchange(separator, "\n"), s.found.name,
                             s.found.name.empty() ? "" : "+", f.addr - s.found.base);
    }
}

struct unwinding {
    simple_backtrace& trace;
    size_t skip; ///< innermost frames that are not of interest
};

_Unwind_Reason_Code visit_unwound(_Unwind_Context* context, void* arg) {
    auto& u = *static_cast<unwinding*>(arg);
    int before_instruction = 0;
    auto address = uintptr_t(_Unwind_GetIPInfo(context, &before_instruction));
    if (address == 0 || u.trace.size() == simple_backtrace::frames_max) {
        return _URC_END_OF_STACK;
    }
    if (u.skip != 0) {
        --u.skip;
    } else {
        u.trace.push_back({before_instruction ? address : address - 1});
    }
    return _URC_NO_REASON;
}

// The caller's frame is the `skip`th.
[[gnu::noinline]] simple_backtrace unwind(size_t skip) noexcept {
    simple_backtrace trace;
    unwinding u{trace, skip};
    _Unwind_Backtrace(visit_unwound, &u);
    return trace;
}

}

size_t simple_backtrace::hash() const noexcept {
    size_t h = _size;
    for (frame f : *this) {
        h = (h ^ f.addr) * 0x9e3779b97f4a7c15;
    }
    return h;
}

bool operator==(const simple_backtrace& a, const simple_backtrace& b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::ostream& operator<<(std::ostream& os, const simple_backtrace& b) {
    auto text = internal::text_of(b);
    return os.write(text.data(), std::streamsize(text.size()));
}

// Skipped: unwind() and the function itself.
saved_backtrace current_backtrace() noexcept {
    return unwind(2);
}
tasktrace current_tasktrace() noexcept {
    return unwind(2);
}
simple_backtrace current_backtrace_tasklocal() noexcept {
    return unwind(2);
}

namespace internal {

void walk_frames(void (*visit)(void* context, frame f), void* context) noexcept {
    constexpr uintptr_t frame_size_max = 1 << 20; // a caller's frame is not farther away than this
    auto* at = static_cast<void**>(__builtin_frame_address(0));
    for (size_t i = 0; i < simple_backtrace::frames_max; ++i) {
        auto address = reinterpret_cast<uintptr_t>(at[1]);
        if (address < 4096) {
            return;
        }
        visit(context, frame{address - 1});
        // Stacks grow downwards. Anything else is a register that was not used as a frame pointer.
        auto here = reinterpret_cast<uintptr_t>(at);
        auto next = reinterpret_cast<uintptr_t>(at[0]);
        if (next <= here || next - here > frame_size_max || next % sizeof(void*) != 0) {
            return;
        }
        at = reinterpret_cast<void**>(next);
    }
}

owned_text text_of(const simple_backtrace& b) noexcept {
    try {
        fmt::memory_buffer text;
        append_frames(std::back_inserter(text), b);
        return owned_text(text.data(), text.size());
    } catch (...) {
        constexpr std::string_view excuse = "<no memory to print this>";
        return owned_text(excuse.data(), excuse.size());
    }
}

struct shared_text::counted {
    std::atomic<long> references{1};
    std::string text;
};

shared_text shared_text::with_backtrace(const char* what) noexcept {
    shared_text r;
    try {
        auto trace = current_backtrace();
        auto addresses = text_of(trace);
        r._text = new counted;
        r._text->text = fmt::format("{} Backtrace: {}\n", what, std::string_view(addresses.data(), addresses.size()));
    } catch (...) {
        delete std::exchange(r._text, nullptr);
    }
    return r;
}

shared_text::shared_text(const shared_text& other) noexcept : _text(other._text) {
    if (_text) {
        _text->references.fetch_add(1, std::memory_order_relaxed);
    }
}

shared_text& shared_text::operator=(const shared_text& other) noexcept {
    shared_text copy(other);
    std::swap(_text, copy._text);
    return *this;
}

shared_text::~shared_text() {
    if (_text && _text->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        delete _text;
    }
}

const char* shared_text::get() const noexcept {
    return _text ? _text->text.c_str() : nullptr;
}

}

}
