/// main() for test programs.
#pragma once

namespace seastar::testing {

/// Runs all tests of the program. Arguments before `--` are Boost.Test's, the ones behind it the library's, besides
/// --random-seed. Returns the exit status.
int entry_point(int argc, char** argv);

}
