#include <seastar/core/do_with.hh>
#include <seastar/util/iostream.hh>

namespace seastar::util {

future<> write_to_stream_and_close(output_stream<char>&& out, std::string_view text) {
    return do_with(std::move(out), [text](output_stream<char>& out) {
        return out.write(text.data(), text.size()).finally([&out] { return out.close(); });
    });
}

}
