/// Filters: functions that every letter passes, on clients and servers, in the order in which they were added.
#pragma once

#include <smf/rpc_envelope.h>
#include <smf/rpc_recv_context.h>

#include <seastar/core/future.hh>
#include <seastar/util/noncopyable_function.hh>

#include <utility>
#include <vector>

namespace smf {

/// The base that names what a filter filters: rpc_envelope (outgoing) or rpc_recv_context (incoming). A filter derives
/// from it and has
///
///     seastar::future<T> operator()(T&& t);
///
/// which hands on what it was given, changed or not, or fails: the request, or the call, then fails. The letters of a
/// turn pass in one batch, in order, each through all filters.
template <typename T>
struct rpc_filter {
    using type = T;
};

template <typename T>
using rpc_filter_function = seastar::noncopyable_function<seastar::future<T>(T&&)>;
using rpc_incoming_filters = std::vector<rpc_filter_function<rpc_recv_context>>;
using rpc_outgoing_filters = std::vector<rpc_filter_function<rpc_envelope>>;

}
