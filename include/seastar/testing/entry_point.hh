/// main() for test programs.
#pragma once

namespace seastar::testing {

/// Runs all tests of the program. Arguments before `--` are Boost.Test's, the ones behind it the library's, besides
/// --random-seed. Returns the exit status. Crashes are the library's to report, not Boost.Test's
/// (--catch_system_errors=no unless the arguments say otherwise): they happen on a shard's thread.
int entry_point(int argc, char** argv);

}
