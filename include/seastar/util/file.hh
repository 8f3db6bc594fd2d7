/// Whole files and whole directories. Files by name: core/seastar.hh.
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/file.hh>
#include <seastar/core/fstream.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/sstring.hh>

#include <filesystem> // tidy-allow(heavy-include): paths are part of the API
#include <vector>

namespace seastar {

/// Removes a directory and everything in it; links are removed, not followed. Where something cannot be removed, the
/// rest stays.
future<> recursive_remove_directory(std::filesystem::path path) noexcept;

namespace util {

/// Calls func with a stream over the file, which it has until its future resolves; then both are closed, whatever comes
/// out.
template <typename Func>
auto with_file_input_stream(const std::filesystem::path& path, Func func, file_open_options file_options = {},
                            file_input_stream_options stream_options = {}) {
    return with_file(open_file_dma(path.native(), open_flags::ro, file_options),
                     [func = std::move(func), stream_options](file f) mutable {
                         return do_with(make_file_input_stream(std::move(f), stream_options), std::move(func),
                                        [](input_stream<char>& in, Func& func) {
                                            return futurize_invoke(func, in).finally([&in] { return in.close(); });
                                        });
                     });
}

/// All of a file, in pieces or in one. Nothing limits the size.
future<std::vector<temporary_buffer<char>>> read_entire_file(std::filesystem::path path);
future<sstring> read_entire_file_contiguous(std::filesystem::path path);

}
}
