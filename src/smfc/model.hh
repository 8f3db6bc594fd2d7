// What a schema says about RPC, free of the parser's types: schema.cc fills it, checks.cc judges it, a printer per
// language writes it down.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace smfc {

/// A name of the schema with the namespace it was declared in; the global one is empty. Spelt as in the schema.
struct qualified_name {
    std::vector<std::string> scope;
    std::string name;
};

/// A field of a table that holds nothing but numbers and strings.
struct flat_field {
    std::string name; ///< as in the schema
    size_t index = 0; ///< in the table's type
    size_t size = 0;  ///< in bytes; of a string's offset
    bool is_string = false;
};

struct rpc_method {
    std::string name;
    qualified_name input;  ///< a table
    qualified_name output; ///< a table
    uint32_t id = 0;       ///< crc32("name:input:output")
    /// Of the output, by index, if that is flat (schema.cc) and has fields; else empty.
    std::vector<flat_field> flat_output;
    std::string streaming; ///< the attribute's value; empty without one
    std::vector<std::string> comment;
    int line = 0;
};

struct rpc_service {
    qualified_name name;
    uint32_t id = 0; ///< crc32 of the name without its namespace
    std::vector<rpc_method> methods;
    std::vector<std::string> comment;
    int line = 0;

    /// What a request for the method carries.
    uint32_t dispatch_id(const rpc_method& m) const { return id ^ m.id; }
};

struct declared_type {
    qualified_name name;
    bool is_table = false;
};

struct schema {
    std::string path;                  ///< as it was given
    std::vector<std::string> files;    ///< the schema and all it includes, as they were opened; sorted
    std::vector<rpc_service> services; ///< those of the file itself, in its order
    std::vector<declared_type> types;  ///< those of included files as well
    std::string warnings;              ///< the parser's, one a line; may be empty
};

/// What stops the tool; the text is for its user.
struct failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// The fault is in the schema: the text starts with FILE:LINE:, as a compiler's does.
struct schema_error : failure {
    using failure::failure;
};

}
