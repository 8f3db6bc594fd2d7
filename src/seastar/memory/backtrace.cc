#include "memory/frame_walk.hh"
#include "memory/loaded_objects.hh"

#include <seastar/util/backtrace.hh>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fmt/format.h>
#include <ostream>
#include <string>
#include <unwind.h>

namespace seastar {

namespace {

template <typename Out>
void append_frames(Out out, const simple_backtrace& b) {
    memory::loaded_objects objects;
    const char* separator = "";
    for (frame f : b) {
        auto [object, offset] = objects.find(f.addr);
        out = fmt::format_to(out, "{}{}{}0x{:x}", separator, object, object.empty() ? "" : "+", offset);
        separator = "\n";
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
    auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
    memory::walk_frames(here - 1, here, simple_backtrace::frames_max,
                        [&](uintptr_t address) { visit(context, frame{address}); });
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
