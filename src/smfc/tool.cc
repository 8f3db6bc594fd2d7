#include "smfc/tool.hh"

#include "smfc/checks.hh"
#include "smfc/cpp_printer.hh"
#include "smfc/options.hh"
#include "smfc/output.hh"
#include "smfc/schema.hh"

#include <flatbuffers/base.h>

#include <exception>
#include <filesystem>
#include <ostream>

namespace smfc {

namespace {

/// Whether there is C++ to be written. Unknown languages are skipped, as long as a known one remains.
void check_languages(const options& o, std::ostream& err) {
    bool cpp = false;
    for (auto& language : o.languages) {
        if (language == "go" || language == "python") {
            throw failure("--language " + language + " is not supported yet; cpp is");
        }
        if (language == "cpp") {
            cpp = true;
        } else {
            err << "smfc: warning: unknown language " << language << " is skipped\n";
        }
    }
    if (!cpp) {
        throw failure("--language names no known language; cpp is one");
    }
}

void check_output_path(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        throw failure("--output_path " + path + " does not exist");
    }
    if (!std::filesystem::is_directory(path, error)) {
        throw failure("--output_path " + path + " is not a directory");
    }
}

std::string escaped_for_make(const std::string& path) {
    std::string text;
    for (char c : path) {
        text += c == ' ' || c == '#' || c == '\\' ? std::string{'\\', c} : c == '$' ? "$$" : std::string{c};
    }
    return text;
}

std::string make_rule(const std::string& target, const std::vector<std::string>& files) {
    auto text = escaped_for_make(target) + ":";
    for (auto& file : files) {
        text += " \\\n  " + escaped_for_make(std::filesystem::absolute(file).lexically_normal());
    }
    return text + "\n";
}

void generate(const options& o, std::ostream& err) {
    if (o.filename.empty()) {
        throw failure("--filename is missing; --help explains");
    }
    check_languages(o, err);
    check_output_path(o.output_path);
    auto schema = load_schema(o.filename, o.include_dirs);
    if (!schema.warnings.empty()) {
        err << schema.warnings << "\n";
    }
    for (auto& warning : check_schema(schema)) {
        err << warning << "\n";
    }
    auto path = std::filesystem::path(o.output_path) / cpp_file_name(o.filename);
    write_if_changed(path, print_cpp(schema));
    if (!o.depfile.empty()) {
        write_if_changed(o.depfile, make_rule(path, schema.files));
    }
}

}

int run_tool(std::span<const std::string> arguments, std::ostream& out, std::ostream& err) {
    try {
        auto o = parse_options(arguments);
        if (o.help) {
            out << usage;
        } else if (o.version) {
            out << "smfc " SMFC_VERSION " (FlatBuffers " << FLATBUFFERS_VERSION_MAJOR << '.'
                << FLATBUFFERS_VERSION_MINOR << '.' << FLATBUFFERS_VERSION_REVISION << ")\n";
        } else {
            generate(o, err);
        }
        return 0;
    } catch (const schema_error& e) {
        err << e.what() << "\n";
        return 1;
    } catch (const std::exception& e) {
        err << "smfc: " << e.what() << "\n";
        return 1;
    }
}

}
