// The whole tool as a function.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace smfc {

/// Returns the exit status: 0, or 1 after a message on `err`. A wrong schema writes nothing.
int run_tool(std::span<const std::string> arguments, std::ostream& out, std::ostream& err);

}
