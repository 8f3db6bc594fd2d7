#include "smfc/schema.hh"

#include "smfc/crc32.hh"
#include "smfc/naming.hh"
#include "smfc/source_lines.hh"

#include <flatbuffers/idl.h>
#include <flatbuffers/util.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace smfc {

namespace {

std::string read_file(const std::string& path) {
    std::error_code error;
    auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) {
        throw failure(path + ": no such file");
    }
    if (std::filesystem::is_directory(status)) {
        throw failure(path + ": is a directory");
    }
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (!in || (in.peek() != EOF && !(text << in.rdbuf()))) {
        throw failure(path + ": cannot be read: " + std::strerror(errno));
    }
    if (text.str().find('\0') != std::string::npos) {
        throw failure(path + ": is not a text file");
    }
    return text.str();
}

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(" \n") + 1);
    text.erase(0, text.find_first_not_of(" \n"));
    return text;
}

/// The parser notices an undefined type at the end of the file, and names the line that uses it at the end of its
/// message: "FILE:LAST: 0: error: TEXT, originally at: FILE:LINE". Makes that "FILE:LINE: error: TEXT".
std::string at_its_origin(const std::string& message) {
    static constexpr std::string_view origin_mark = ", originally at: ", error_mark = ": error: ";
    auto origin = message.find(origin_mark);
    auto text = message.find(error_mark);
    if (origin == std::string::npos || text == std::string::npos) {
        return message;
    }
    auto line = message.substr(message.find_last_of(':') + 1);
    auto file = message.substr(0, message.find(':'));
    auto origin_file = message.substr(origin + origin_mark.size());
    if (base_name(file) != base_name(origin_file.substr(0, origin_file.find_last_of(':')))) {
        return message;
    }
    return file + ":" + line + message.substr(text, origin - text);
}

qualified_name name_of(const flatbuffers::Definition& d) {
    return {d.defined_namespace ? d.defined_namespace->components : std::vector<std::string>(), d.name};
}

std::string streaming_of(const flatbuffers::RPCCall& call) {
    auto* value = call.attributes.Lookup("streaming");
    return value ? value->constant : "";
}

/// Whether nothing makes the field's representation, in C++ or on the wire, another than its type says, and its default
/// is 0 or the empty string.
bool is_plain(const flatbuffers::FieldDef& field) {
    auto type = field.value.type;
    auto plain_type = flatbuffers::IsString(type) || (flatbuffers::IsScalar(type.base_type) && !type.enum_def);
    auto& initial = field.value.constant;
    auto plain_attributes = field.attributes.dict.size() == field.attributes.dict.count("id");
    return plain_type && plain_attributes && !field.deprecated && !field.IsScalarOptional() && !field.IsRequired() &&
           initial.find_first_not_of("0.") == std::string::npos;
}

constexpr size_t flat_fields_max = 64; // they have places on the stack

std::vector<flat_field> flat_fields_of(const flatbuffers::StructDef& table) {
    std::vector<flat_field> fields;
    if (table.fields.vec.size() > flat_fields_max || !table.attributes.dict.empty()) {
        return fields;
    }
    for (auto* field : table.fields.vec) {
        if (!is_plain(*field)) {
            return {};
        }
        auto index = (field->value.offset - flatbuffers::FieldIndexToOffset(0)) / sizeof(flatbuffers::voffset_t);
        auto size = flatbuffers::SizeOf(field->value.type.base_type);
        fields.push_back({field->name, index, size, flatbuffers::IsString(field->value.type)});
    }
    return fields;
}

rpc_method to_method(const flatbuffers::RPCCall& call) {
    rpc_method m;
    m.name = call.name;
    m.input = name_of(*call.request);
    m.output = name_of(*call.response);
    m.id = crc32(m.name + ":" + id_text(m.input) + ":" + id_text(m.output));
    m.flat_output = flat_fields_of(*call.response);
    m.streaming = streaming_of(call);
    m.comment = call.doc_comment;
    return m;
}

rpc_service to_service(const flatbuffers::ServiceDef& def) {
    rpc_service s;
    s.name = name_of(def);
    s.id = crc32(def.name);
    s.comment = def.doc_comment;
    for (auto* call : def.calls.vec) {
        s.methods.push_back(to_method(*call));
    }
    return s;
}

void add_lines(std::vector<rpc_service>& services, const std::vector<service_lines>& lines) {
    for (size_t i = 0; i < services.size() && i < lines.size(); ++i) {
        services[i].line = lines[i].line;
        for (size_t k = 0; k < services[i].methods.size() && k < lines[i].methods.size(); ++k) {
            services[i].methods[k].line = lines[i].methods[k];
        }
    }
}

void parse(flatbuffers::Parser& parser, const std::string& text, const std::string& path,
           const std::vector<std::string>& include_dirs) {
    auto own_dir = flatbuffers::StripFileName(path);
    std::vector<const char*> dirs;
    for (auto& dir : include_dirs) {
        dirs.push_back(dir.c_str());
    }
    dirs.push_back(own_dir.c_str());
    dirs.push_back(nullptr);
    if (!parser.Parse(text.c_str(), dirs.data(), path.c_str())) {
        throw schema_error(at_its_origin(trimmed(parser.error_)));
    }
}

}

schema load_schema(const std::string& path, const std::vector<std::string>& include_dirs) {
    auto text = read_file(path);
    flatbuffers::IDLOptions options;
    options.lang_to_generate = flatbuffers::IDLOptions::kCpp;
    flatbuffers::Parser parser(options);
    parse(parser, text, path, include_dirs);

    schema s;
    s.path = path;
    s.warnings = parser.has_warning_ ? trimmed(parser.error_) : "";
    for (auto& file : parser.GetIncludedFilesRecursive(path)) {
        s.files.push_back(file);
    }
    for (auto* def : parser.structs_.vec) {
        s.types.push_back({name_of(*def), !def->fixed});
    }
    for (auto* def : parser.enums_.vec) {
        s.types.push_back({name_of(*def), false});
    }
    for (auto* def : parser.services_.vec) {
        if (!def->generated) { // the parser's mark of what an included file declares
            s.services.push_back(to_service(*def));
        }
    }
    add_lines(s.services, find_service_lines(text));
    return s;
}

}
