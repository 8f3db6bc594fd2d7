/// A folder of small files in place of /proc and /sys, for tests; removed at the end.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace seastar::kernel {

class fixture_tree {
public:
    fixture_tree() {
        std::string name = (std::filesystem::temp_directory_path() / "seastar_tree_XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        _root = name;
    }
    fixture_tree(const fixture_tree&) = delete;
    fixture_tree& operator=(const fixture_tree&) = delete;
    ~fixture_tree() { std::filesystem::remove_all(_root); }

    const std::string& root() const { return _root; }
    void write(const std::string& path, const std::string& text) {
        std::filesystem::path file(_root + path);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text << '\n';
    }

private:
    std::string _root;
};

}
