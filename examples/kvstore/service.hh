/// The calls of kvstore.fbs, one object per shard. Whichever shard a client is connected to, the key's own shard
/// answers.
#pragma once

#include "kvstore.smf.fb.h"
#include "store.hh"

#include <seastar/core/coroutine.hh>
#include <seastar/core/sharded.hh>

namespace kvstore {

class service final : public Store {
    seastar::sharded<store>& _stores;

    template <typename T>
    static seastar::sstring text(const T* s) {
        return s ? seastar::sstring(s->c_str(), s->size()) : seastar::sstring();
    }

public:
    explicit service(seastar::sharded<store>& stores) : _stores(stores) {}

    // A request lives as long as its context: coroutines move it in before they first wait.
    seastar::future<smf::rpc_typed_envelope<PutReply>> Put(smf::rpc_recv_typed_context<PutRequest>&& req) override {
        auto key = text(req->key());
        auto value = text(req->value());
        auto owner = store::shard_of(key);
        co_await _stores.invoke_on(owner, &store::put, std::move(key), std::move(value));
        smf::rpc_typed_envelope<PutReply> reply;
        reply.envelope.set_status(200);
        co_return reply;
    }

    seastar::future<smf::rpc_typed_envelope<GetReply>> Get(smf::rpc_recv_typed_context<GetRequest>&& req) override {
        auto key = text(req->key());
        auto owner = store::shard_of(key);
        auto value = co_await _stores.invoke_on(owner, &store::get, std::move(key));
        smf::rpc_typed_envelope<GetReply> reply;
        reply.envelope.set_status(value ? 200 : 404);
        if (value) {
            reply.data->value = std::move(*value);
        }
        co_return reply;
    }

    seastar::future<smf::rpc_typed_envelope<DeleteReply>>
    Delete(smf::rpc_recv_typed_context<DeleteRequest>&& req) override {
        auto key = text(req->key());
        auto owner = store::shard_of(key);
        bool there = co_await _stores.invoke_on(owner, &store::erase, std::move(key));
        smf::rpc_typed_envelope<DeleteReply> reply;
        reply.envelope.set_status(there ? 200 : 404);
        co_return reply;
    }
};

}
