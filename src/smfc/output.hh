// Files that the tool writes.
#pragma once

#include <string>

namespace smfc {

/// Makes the file have that text: at once, by renaming, so that no reader sees half of it and a failure leaves the old
/// one. A file that has the text already is not touched. Throws failure.
void write_if_changed(const std::string& path, const std::string& text);

}
