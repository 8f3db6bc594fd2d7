// From the model to C++: one header with a class per service, to derive from, and one per client.
#pragma once

#include "smfc/model.hh"

#include <string>

namespace smfc {

/// Depends on the schema's content alone: equal schemas give equal bytes. Requires: check_schema() passed.
std::string print_cpp(const schema&);

/// "kvstore.smf.fb.h" for "dir/kvstore.fbs".
std::string cpp_file_name(const std::string& schema_path);

}
