/// Collecting, slicing and the one write under way.
#include "write_queue.hh"

#include <algorithm>
#include <cstring>

namespace smf {

void write_queue::append_large(const rpc::header& h, seastar::temporary_buffer<char>&& body) {
    std::memcpy(make_room(sizeof(h)), &h, sizeof(h));
    close_chunk();
    _pieces.push_back(std::move(body));
}

void write_queue::next_chunk() {
    close_chunk();
    _filling = _chunks.take();
}

void write_queue::close_chunk() {
    if (_filling.size == 0) {
        return;
    }
    auto bytes = _filling.bytes.get();
    auto size = std::exchange(_filling.size, 0);
    _pieces.emplace_back(bytes, size, seastar::make_deleter([c = std::move(_filling.bytes)] {}));
}

void write_queue::turn_ended() noexcept {
    if (_unsent != 0) {
        write();
    }
    if (!busy()) {
        _owner.write_idle();
    }
}

/// Hands the next bytes to the sink.
seastar::future<> write_queue::put(size_t& bytes) {
    if (_pieces.empty()) {
        _sending = std::exchange(_filling, chunk());
        bytes = _sending.size;
        return _sink.put(seastar::temporary_buffer<char>(_sending.bytes.get(), bytes, seastar::deleter()));
    }
    close_chunk();
    std::vector<seastar::temporary_buffer<char>> batch;
    auto whole = _pieces.begin();
    for (; whole != _pieces.end() && bytes + whole->size() <= write_max; ++whole) {
        bytes += whole->size();
        batch.push_back(std::move(*whole));
    }
    if (whole != _pieces.end() && bytes < write_max) {
        auto part = write_max - bytes;
        batch.push_back(whole->share(0, part));
        whole->trim_front(part);
        bytes += part;
    }
    _pieces.erase(_pieces.begin(), whole);
    return _sink.put(std::move(batch));
}

void write_queue::write() noexcept {
    while (_unsent != 0 && !_dead) {
        size_t bytes = 0;
        auto f = seastar::futurize_invoke([&] { return put(bytes); });
        _writing = true;
        if (!f.available()) {
            (void)std::move(f).then_wrapped([this, bytes](seastar::future<> f) {
                done(bytes, std::move(f));
                write();
                if (!busy()) {
                    _owner.write_idle();
                }
            });
            return;
        }
        done(bytes, std::move(f));
    }
}

void write_queue::done(size_t bytes, seastar::future<> f) noexcept {
    _writing = false;
    _chunks.give(std::move(_sending));
    if (f.failed()) {
        return failed(f.get_exception());
    }
    if (_dead) {
        return;
    }
    _unsent -= bytes;
    _last_progress = seastar::lowres_clock::now();
    _writing = true; // what the owner appends now is written by our caller
    _owner.written(bytes);
    _writing = false;
}

void write_queue::failed(std::exception_ptr ex) noexcept {
    if (_dead) {
        return;
    }
    _owner.write_failed(std::move(ex)); // still sees what was unsent
    abandon();
}

void write_queue::abandon() noexcept {
    _dead = true;
    _unsent = 0;
    _pieces.clear();
    _chunks.give(std::move(_filling));
}

}
