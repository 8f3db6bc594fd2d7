// In which lines of a schema its services and methods are declared. The parser of FlatBuffers does not keep that, and
// messages about them need it.
#pragma once

#include <string_view>
#include <vector>

namespace smfc {

struct service_lines {
    int line = 0;
    std::vector<int> methods; ///< in their order
};

/// Services in their order. Requires: the text is a schema that the parser accepts.
std::vector<service_lines> find_service_lines(std::string_view schema_text);

}
