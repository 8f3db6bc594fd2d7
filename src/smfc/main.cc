// smfc: writes the service code of a FlatBuffers schema. Read model.hh, then tool.cc; cpp_printer.cc holds the shape of
// what is written.
#include "smfc/tool.hh"

#include <iostream>
#include <vector>

int main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return smfc::run_tool(arguments, std::cout, std::cerr);
}
