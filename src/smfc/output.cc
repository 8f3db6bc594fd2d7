#include "smfc/output.hh"

#include "smfc/model.hh"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

namespace smfc {

static bool has_text(const std::string& path, const std::string& text) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream old;
    return in && old << in.rdbuf() && old.str() == text;
}

void write_if_changed(const std::string& path, const std::string& text) {
    if (has_text(path, text)) {
        return;
    }
    // Two runs may be at it at once, as make does it.
    auto temporary = path + "." + std::to_string(std::random_device()()) + ".tmp";
    errno = 0;
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out || std::rename(temporary.c_str(), path.c_str()) != 0) {
        auto error = errno;
        std::remove(temporary.c_str());
        throw failure(path + ": cannot be written: " + std::strerror(error));
    }
}

}
