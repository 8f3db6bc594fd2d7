/// The filters of one direction, run in an execution stage: the letters of a turn, whatever connections they are of,
/// pass all filters one after the other, so that a filter's instructions and tables are in the caches for most of them.
#pragma once

#include <smf/rpc_filter.h>

#include <seastar/core/execution_stage.hh>

namespace smf {

/// Lives beside its filters, on one shard, and outlives the letters in it. Letters enter in order; those that no filter
/// keeps waiting leave in that order. Whoever has no filters does not come here.
template <typename T>
class filter_stage {
    using filters = std::vector<rpc_filter_function<T>>;

public:
    /// A number is added to the name, as stages of a shard have names of their own, and servers and clients are many.
    filter_stage(const char* name, filters& f)
        : _filters(f), _stage(seastar::sstring(name) + "#" + seastar::to_sstring(next_number()),
                              [this](T t) { return run(std::move(t), 0); }) {}

    /// Resolves to what the last filter made of it, or fails as the first that did.
    seastar::future<T> operator()(T&& t) noexcept {
        return seastar::futurize_invoke([&] { return _stage(std::move(t)); });
    }

private:
    /// From filter `next` on.
    seastar::future<T> run(T t, size_t next) {
        for (; next < _filters.size(); ++next) {
            auto f = seastar::futurize_invoke(_filters[next], std::move(t));
            if (!f.available()) {
                return std::move(f).then([this, next](T t) { return run(std::move(t), next + 1); });
            }
            if (f.failed()) {
                return f;
            }
            t = f.get();
        }
        return seastar::make_ready_future<T>(std::move(t));
    }

    static unsigned next_number() noexcept {
        static constinit thread_local unsigned last = 0;
        return ++last;
    }

    filters& _filters;
    /// Of the group that the letter's connection runs in.
    seastar::inheriting_concrete_execution_stage<seastar::future<T>, T> _stage;
};

}
