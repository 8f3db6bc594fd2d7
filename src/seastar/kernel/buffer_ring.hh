/// The buffers that io_uring fills for streams: the kernel takes one per piece from a ring shared with it, the uring
/// ring hands each back once the receiver has copied it out, so few buffers serve any number of connections.
#pragma once

#include <liburing.h>

namespace seastar::kernel {

/// Lives inside its io_uring, which must be closed first or have nothing in flight.
class buffer_ring {
public:
    static constexpr unsigned count = 256;
    static constexpr unsigned size = 4096;
    static constexpr unsigned short group = 0;

    buffer_ring() = default;
    buffer_ring(const buffer_ring&) = delete;
    buffer_ring& operator=(const buffer_ring&) = delete;
    ~buffer_ring();

    /// Maps and registers. 0, or -errno.
    int start(io_uring& ring) noexcept;

    const char* data(unsigned index) const noexcept { return _memory + ring_bytes + size_t(index) * size; }

    /// Marks a buffer for the kernel; it may have it from the next flush() on.
    void give_back(unsigned index) noexcept {
        io_uring_buf_ring_add(_ring, const_cast<char*>(data(index)), size, static_cast<unsigned short>(index),
                              io_uring_buf_ring_mask(count), static_cast<int>(_returned++));
    }
    void flush() noexcept {
        if (_returned != 0) {
            io_uring_buf_ring_advance(_ring, static_cast<int>(_returned));
            _returned = 0;
        }
    }

private:
    static constexpr size_t ring_bytes = count * sizeof(io_uring_buf);
    static_assert(ring_bytes % 4096 == 0, "the buffers begin on a page");
    static constexpr size_t mapped_bytes = ring_bytes + size_t(count) * size;

    char* _memory = nullptr;
    io_uring_buf_ring* _ring = nullptr;
    unsigned _returned = 0;
};

}
