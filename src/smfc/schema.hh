// From a schema file to the model, by the parser of libflatbuffers.
#pragma once

#include "smfc/model.hh"

#include <string>
#include <vector>

namespace smfc {

/// Includes are looked for beside the file that includes, in include_dirs, and beside the schema.
/// Throws schema_error if the schema is wrong, failure if it cannot be read.
schema load_schema(const std::string& path, const std::vector<std::string>& include_dirs);

}
