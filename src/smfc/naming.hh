// How names of a schema are spelt in C++ and in the texts that numbers are made of.
#pragma once

#include "smfc/model.hh"

#include <string>
#include <string_view>

namespace smfc {

bool is_cpp_keyword(std::string_view);
/// The name, with an underscore behind it if C++ keeps it for itself: as flatc does, whose types are named by it.
std::string cpp_identifier(std::string_view name);
/// "::a::b::Name", good in every scope.
std::string cpp_path(const qualified_name&);
/// "a::b", or "" for the global namespace.
std::string joined(const std::vector<std::string>& scope);
/// "a::b::Name": what method numbers are made of, in every language; keywords are not escaped.
std::string id_text(const qualified_name&);

/// MemoryNode -> MemoryNodeClient, memory_node -> memory_node_client: CamelCase if there is an upper-case letter.
std::string client_name(std::string_view service);
/// Put -> RawPut, put -> raw_put.
std::string raw_name(std::string_view method);

/// "dir/kvstore.fbs" -> "kvstore.fbs"
std::string file_name(std::string_view path);
/// "dir/kvstore.fbs" -> "kvstore"
std::string base_name(std::string_view path);

}
