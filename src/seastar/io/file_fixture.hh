/// For the tests of files: one shard on either ring, with its threads for calls that block, and a directory of the
/// test's own.
#pragma once

#include "io/blocking_call.hh"
#include "io/both_rings.hh"
#include "io/file_operation.hh"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace seastar::io {

/// Removed at the end, with all that is in it.
class temporary_directory {
    std::string _path;

public:
    explicit temporary_directory(const std::filesystem::path& where = std::filesystem::temp_directory_path())
        : _path((where / "seastar_file_XXXXXX").string()) {
        EXPECT_NE(::mkdtemp(_path.data()), nullptr) << std::strerror(errno);
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory() { std::filesystem::remove_all(_path); }

    std::string path() const { return _path; }
    std::string path(std::string_view name) const { return _path + '/' + std::string(name); }
    /// Makes a file; its path.
    std::string write(std::string_view name, std::string_view content) const {
        std::ofstream(path(name), std::ios::binary) << content;
        return path(name);
    }
    std::string read(std::string_view name) const {
        std::ifstream in(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

/// With threads for calls that block, and a directory of the test's own.
class file_fixture : public both_rings_fixture {
    std::optional<blocking_calls> _calls;

protected:
    temporary_directory directory;

    file_fixture() {
        if (usable()) {
            _calls.emplace(shard());
        }
    }
    ~file_fixture() override {
        if (usable()) {
            settle();
            end_calls();
            shard().run_until([] { return file_operations_pending() == 0; });
        }
    }
    blocking_calls& calls() { return *_calls; }
    void end_calls() { _calls.reset(); }
};

}
