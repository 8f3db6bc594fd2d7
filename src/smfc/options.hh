// The command line.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smfc {

struct options {
    std::string filename;
    std::vector<std::string> include_dirs;
    std::vector<std::string> languages = {"cpp"};
    std::string output_path = ".";
    std::string depfile; ///< none if empty
    bool help = false;
    bool version = false;
};

/// The arguments without the program's name: --name VALUE, --name=VALUE, with one dash or two. Options of the logging
/// library that the tool's namesake used are accepted and ignored. Throws failure.
options parse_options(std::span<const std::string> arguments);

extern const std::string_view usage;

}
