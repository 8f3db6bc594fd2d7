#include <smf/histogram_seastar_utils.h>

#include <seastar/core/do_with.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/posix.hh>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <system_error>

namespace smf {

namespace {

constexpr size_t piece_size = 1024;

seastar::temporary_buffer<char> table_of(const histogram& h) {
    char* text = nullptr;
    size_t size = 0;
    auto* out = ::open_memstream(&text, &size);
    if (!out) {
        throw std::bad_alloc();
    }
    auto failed = h.print(out) != 0;
    failed = std::fclose(out) != 0 || failed;
    auto free_text = seastar::make_free_deleter(text);
    if (failed) {
        throw std::bad_alloc(); // nothing else goes wrong in memory
    }
    return seastar::temporary_buffer<char>(text, size, std::move(free_text));
}

/// A text on its way to a file.
struct writing {
    seastar::file_desc file;
    seastar::temporary_buffer<char> left;

    /// One piece; true at the end.
    bool step() {
        if (auto n = file.write(left.get(), std::min(left.size(), piece_size))) {
            left.trim_front(*n);
        }
        return left.empty();
    }
};

seastar::future<> write_table(const seastar::sstring& filename, const histogram& h) {
    auto text = table_of(h);
    auto file = seastar::file_desc::open(filename, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return seastar::do_with(writing{std::move(file), std::move(text)}, [](writing& w) {
        return seastar::repeat([&w] { return seastar::stop_iteration(w.step()); });
    });
}

}

seastar::future<> histogram_seastar_utils::write(seastar::sstring filename, std::unique_ptr<histogram> h) {
    return seastar::futurize_invoke([&] { return write_table(filename, *h); });
}

seastar::future<> histogram_seastar_utils::write(seastar::sstring filename, seastar::lw_shared_ptr<histogram> h) {
    return seastar::futurize_invoke([&] { return write_table(filename, *h); });
}

seastar::future<seastar::temporary_buffer<char>> histogram_seastar_utils::print_histogram(histogram* h) {
    return seastar::futurize_invoke([h] { return table_of(*h); });
}

}
