// For tests: a folder of schemas that is gone afterwards.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace smfc {

class schema_dir : public testing::Test {
protected:
    std::filesystem::path dir = make_dir();

    ~schema_dir() override {
        std::error_code ignored;
        std::filesystem::remove_all(dir, ignored);
    }

    /// Returns the file's path.
    std::string write(const std::string& name, std::string_view text) const {
        auto path = dir / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    static std::string read(const std::filesystem::path& path) {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }
    size_t file_count() const {
        return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(dir), {}));
    }

private:
    static std::filesystem::path make_dir() {
        auto name = (std::filesystem::temp_directory_path() / "smfc_test_XXXXXX").string();
        if (!mkdtemp(name.data())) {
            throw std::runtime_error("no temporary folder");
        }
        return name;
    }
};

}
