// What is a legal schema to FlatBuffers and yet no service: names and numbers that clash, and what is not supported.
#pragma once

#include "smfc/model.hh"

#include <string>
#include <vector>

namespace smfc {

/// Throws schema_error at the first thing that cannot be generated. Returns warnings.
std::vector<std::string> check_schema(const schema&);

}
