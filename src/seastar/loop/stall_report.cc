#include "loop/stall_report.hh"

#include "memory/frame_walk.hh"

#include <string_view>
#include <unistd.h>

namespace seastar::loop {

namespace {

constexpr size_t frames_max = 24;

/// Text of bounded length. A word that does not fit is left out as a whole: half an address would be another one.
class line {
public:
    void put(std::string_view word) noexcept {
        if (word.size() < sizeof(_text) - _size) { // room for the newline stays
            _size += word.copy(_text + _size, word.size());
        }
    }
    void put_number(uint64_t v, unsigned base) noexcept {
        digits d(v, base);
        put(d.text());
    }
    void put_address(memory::loaded_objects::place p) noexcept {
        digits offset(p.offset, 16);
        if (p.object.size() + offset.text().size() + 4 < sizeof(_text) - _size) {
            put(" ");
            put(p.object);
            put(p.object.empty() ? "0x" : "+0x");
            put(offset.text());
        }
    }
    std::string_view finish() noexcept {
        _text[_size++] = '\n';
        return {_text, _size};
    }

private:
    class digits {
    public:
        digits(uint64_t v, unsigned base) noexcept {
            do {
                *--_begin = "0123456789abcdef"[v % base];
                v /= base;
            } while (v);
        }
        std::string_view text() const noexcept { return {_begin, size_t(_text + sizeof(_text) - _begin)}; }

    private:
        char _text[20];
        char* _begin = _text + sizeof(_text);
    };

    char _text[2048];
    size_t _size = 0;
};

}

void stall_report::print(unsigned shard, int64_t stalled_ms, kernel::interrupted_code at) const noexcept {
    line out;
    out.put("Reactor stalled for ");
    out.put_number(uint64_t(stalled_ms), 10);
    out.put(" ms on shard ");
    out.put_number(shard, 10);
    out.put(". Backtrace:");
    auto put_address = [&](uintptr_t address) { out.put_address(_objects.find(address)); };
    if (at.instruction != 0) {
        put_address(at.instruction);
    }
    // What was interrupted lies outside of this function's frame, on the same stack.
    memory::walk_frames(reinterpret_cast<uintptr_t>(__builtin_frame_address(0)), at.frame, frames_max, put_address);
    auto text = out.finish();
    // tidy-allow(syscall): inside a signal handler, where nothing else may be called
    [[maybe_unused]] auto ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

}
