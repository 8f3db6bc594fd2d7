// The guide's page about files: a journal of records, read back by streams and by position.
#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/file.hh>
#include <seastar/core/fstream.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/sstring.hh>
#include <seastar/util/assert.hh>
#include <seastar/util/file.hh>
#include <seastar/util/tmp_file.hh>

#include <algorithm>
#include <string>
#include <vector>

namespace {

// snippet: write
seastar::future<> write_journal(seastar::sstring name, unsigned records) {
    auto journal = co_await seastar::open_file_dma(
        name, seastar::open_flags::wo | seastar::open_flags::create | seastar::open_flags::truncate);
    seastar::file_output_stream_options options;
    options.buffer_size = 128 * 1024;
    options.write_behind = 4; // writes that may be on their way while the next buffer fills
    auto out = co_await seastar::make_file_output_stream(std::move(journal), options);
    std::exception_ptr failure;
    try {
        for (unsigned i = 0; i < records; ++i) {
            co_await out.write("record " + std::to_string(i) + "\n");
        }
    } catch (...) {
        failure = std::current_exception();
    }
    co_await out.close(); // writes the rest, waits for the disk, closes the file
    if (failure) {
        std::rethrow_exception(failure);
    }
}
// end

// snippet: stream
seastar::future<unsigned> count_lines(seastar::sstring name) {
    seastar::file_input_stream_options options;
    options.buffer_size = 128 * 1024;
    options.read_ahead = 2; // reads that are made before they are asked for
    auto count = [](seastar::input_stream<char>& in) -> seastar::future<unsigned> {
        unsigned lines = 0;
        while (auto piece = co_await in.read()) {
            lines += static_cast<unsigned>(std::count(piece.begin(), piece.end(), '\n'));
        }
        co_return lines;
    };
    return seastar::util::with_file_input_stream(name.c_str(), count, {}, options);
}
// end

// snippet: position
seastar::future<seastar::sstring> read_piece(seastar::sstring name, uint64_t offset, size_t length) {
    return seastar::with_file(seastar::open_file_dma(name, seastar::open_flags::ro),
                              [offset, length](seastar::file f) -> seastar::future<seastar::sstring> {
                                  auto piece = co_await f.dma_read<char>(offset, length);
                                  co_return seastar::sstring(piece.get(), piece.size());
                              });
}
// end

// snippet: durable
// Readers see the old contents or the new ones, also after a loss of power.
seastar::future<> replace_file(seastar::sstring directory, seastar::sstring name, seastar::sstring contents) {
    auto aside = directory + "/" + name + ".new";
    auto f = co_await seastar::open_file_dma(
        aside, seastar::open_flags::wo | seastar::open_flags::create | seastar::open_flags::truncate);
    auto out = co_await seastar::make_file_output_stream(std::move(f));
    co_await out.write(contents);
    co_await out.close();
    co_await seastar::rename_file(aside, directory + "/" + name);
    co_await seastar::sync_directory(directory);
}
// end

// snippet: directory
seastar::future<std::vector<seastar::sstring>> names_in(seastar::sstring directory) {
    std::vector<seastar::sstring> names;
    auto opened = co_await seastar::open_directory(directory);
    auto note = [&names](seastar::directory_entry entry) {
        names.push_back(entry.name);
        return seastar::make_ready_future<>();
    };
    auto listing = opened.list_directory(note);
    co_await listing.done();
    co_await opened.close();
    co_return names;
}
// end

seastar::future<> check(seastar::sstring directory) {
    auto journal = directory + "/journal";
    co_await write_journal(journal, 10'000);
    auto lines = co_await count_lines(journal);
    SEASTAR_ASSERT(lines == 10'000);
    auto piece = co_await read_piece(journal, 9, 8);
    SEASTAR_ASSERT(piece == "record 1");
    co_await replace_file(directory, "state", "old");
    co_await replace_file(directory, "state", "new");
    auto state = co_await seastar::util::read_entire_file_contiguous((directory + "/state").c_str());
    SEASTAR_ASSERT(state == "new");
    auto names = co_await names_in(directory);
    std::ranges::sort(names);
    std::vector<seastar::sstring> expected{"journal", "state"};
    SEASTAR_ASSERT(names == expected);
}

seastar::future<> main_function() {
    return seastar::tmp_dir::do_with([](seastar::tmp_dir& t) { return check(t.get_path().native()); });
}

}

int main(int argc, char** argv) {
    seastar::app_template app;
    return app.run(argc, argv, main_function);
}
