#include "io/file_operation.hh"

namespace seastar::io {

namespace {

constinit thread_local size_t pending = 0;

/// Its own owner: deletes itself when the ring has done with it.
class request final : public kernel::operation {
public:
    future<int64_t> start(kernel::ring& ring) noexcept {
        ++pending;
        ring.prepare(*this);
        return _done.get_future();
    }

private:
    void complete(int32_t result) noexcept override {
        --pending;
        _done.set_value(result);
        delete this;
    }

    promise<int64_t> _done;
};

/// `set` says what it is to do.
template <typename Set>
future<int64_t> start(kernel::ring& ring, uint64_t offset, Set set) noexcept {
    if (offset > INT64_MAX) {
        return make_ready_future<int64_t>(-EINVAL); // the greatest would be taken for the current position
    }
    try {
        auto* made = new request;
        set(*made, static_cast<int64_t>(offset));
        return made->start(ring);
    } catch (...) {
        return current_exception_as_future<int64_t>();
    }
}

}

future<int64_t> read_in_ring(kernel::ring& ring, int fd, iovec piece, uint64_t offset) noexcept {
    return start(ring, offset, [&](request& r, int64_t at) { r.set_read(fd, piece.iov_base, piece.iov_len, at); });
}

future<int64_t> write_in_ring(kernel::ring& ring, int fd, iovec piece, uint64_t offset) noexcept {
    return start(ring, offset, [&](request& r, int64_t at) { r.set_write(fd, piece.iov_base, piece.iov_len, at); });
}

size_t file_operations_pending() noexcept { return pending; }

}
