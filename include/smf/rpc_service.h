/// What a service is to the server: a name, a number, and a function per method. Generated code derives from it; so may
/// a service that is written by hand.
#pragma once

#include <smf/rpc_envelope.h>
#include <smf/rpc_recv_context.h>
#include <smf/verify.h>

#include <seastar/core/future.hh>
#include <seastar/util/noncopyable_function.hh>

#include <iosfwd>
#include <utility>
#include <vector>

namespace smf {

/// Lives in the router of one shard, as long as its service.
struct rpc_service_method_handle {
    using fn_t = seastar::noncopyable_function<seastar::future<rpc_envelope>(rpc_recv_context&&)>;

    /// Without a verifier the body reaches `f` unverified: see rpc_recv_typed_context.
    template <typename F>
    rpc_service_method_handle(const char* name, uint32_t id, F f)
        : method_name(name), method_id(id), apply(std::move(f)) {}
    template <typename F>
    rpc_service_method_handle(const char* name, uint32_t id, rpc_body_verifier v, F f)
        : method_name(name), method_id(id), verify(v), apply(std::move(f)) {}
    rpc_service_method_handle(rpc_service_method_handle&&) noexcept = default;
    rpc_service_method_handle& operator=(rpc_service_method_handle&&) noexcept = default;

    const char* method_name; ///< lives for ever
    uint32_t method_id;      ///< crc32(name:input:output)
    rpc_body_verifier verify = nullptr;
    fn_t apply;
};
/// rpc_service_method_handle{name=Put}
std::ostream& operator<<(std::ostream&, const rpc_service_method_handle&);

/// One object per shard. Requires: methods() and the ids give the same answer for ever.
class rpc_service {
public:
    virtual ~rpc_service() = default;
    virtual const char* service_name() const = 0;
    virtual uint32_t service_id() const = 0; ///< crc32(name without namespace)
    /// Called once, when the service is registered; the functions may refer to this object.
    virtual std::vector<rpc_service_method_handle> methods() = 0;
    /// Without the methods, which only the router knows.
    virtual std::ostream& print(std::ostream&) const;
};
std::ostream& operator<<(std::ostream&, const rpc_service&);

}
