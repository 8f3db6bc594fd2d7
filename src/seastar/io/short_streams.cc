#include <seastar/util/short_streams.hh>

#include <seastar/core/loop.hh>

#include <algorithm>

namespace seastar::util {

namespace {

/// Calls take(piece), or a copy of it, for each piece.
template <typename Take>
future<> read_all(input_stream<char>& in, Take take) {
    return repeat([&in, take] {
        return in.read().then([take](temporary_buffer<char> piece) { // the loop's own `take` moves while this waits
            if (piece.empty()) {
                return stop_iteration::yes;
            }
            take(std::move(piece));
            return stop_iteration::no;
        });
    });
}

}

future<std::vector<temporary_buffer<char>>> read_entire_stream(input_stream<char>& in) {
    return do_with(std::vector<temporary_buffer<char>>(), [&in](auto& pieces) {
        return read_all(in, [&pieces](temporary_buffer<char> piece) { pieces.push_back(std::move(piece)); })
            .then([&pieces] { return std::move(pieces); });
    });
}

future<sstring> read_entire_stream_contiguous(input_stream<char>& in) {
    return read_entire_stream(in).then([](std::vector<temporary_buffer<char>> pieces) {
        size_t size = 0;
        for (auto& piece : pieces) {
            size += piece.size();
        }
        auto whole = uninitialized_string(size);
        auto* at = whole.data();
        for (auto& piece : pieces) {
            at = std::copy_n(piece.get(), piece.size(), at);
        }
        return whole;
    });
}

future<> skip_entire_stream(input_stream<char>& in) {
    return read_all(in, [](temporary_buffer<char>) {});
}

}
