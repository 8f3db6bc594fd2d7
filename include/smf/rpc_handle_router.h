/// From the number in a request's header to the function that answers it.
#pragma once

#include <smf/rpc_service.h>

#include <memory>

namespace smf {

/// Lives on one shard and owns the services registered with it.
class rpc_handle_router {
public:
    rpc_handle_router();
    ~rpc_handle_router();
    rpc_handle_router(rpc_handle_router&&) noexcept;
    rpc_handle_router& operator=(rpc_handle_router&&) noexcept;

    /// Throws std::invalid_argument that names both methods when two share a number; nothing is registered then.
    void register_service(std::unique_ptr<rpc_service> service);
    /// Takes ownership.
    void register_rpc_service(rpc_service* service) { register_service(std::unique_ptr<rpc_service>(service)); }

    /// Null if no method has the number. Valid until the router goes.
    rpc_service_method_handle* get_handle_for_request(uint32_t request_id) const noexcept {
        for (auto slot = request_id & _mask;; slot = (slot + 1) & _mask) {
            if (_slots[slot].id == request_id || !_slots[slot].handle) {
                return _slots[slot].handle;
            }
        }
    }

    /// Answers a request: 404 without a method, 400 if the body does not verify, else what the method says. Fails when
    /// the method does. Requires: the router lives until the future resolves.
    seastar::future<rpc_envelope> handle(rpc_recv_context recv);

    size_t service_count() const noexcept;

private:
    friend std::ostream& operator<<(std::ostream&, const rpc_handle_router&);
    // Open addressing, at most half full, so that a lookup ends; ids are hashes already. 0 is no id.
    struct slot {
        uint32_t id = 0;
        rpc_service_method_handle* handle = nullptr;
    };
    struct registered;
    void rebuild(size_t method_count);

    std::vector<slot> _slots;
    uint32_t _mask = 0;
    std::vector<std::unique_ptr<registered>> _services;
};
/// rpc_handle_router{rpc_service{name=MemoryNode,handles=rpc_service_method_handle{name=Put}}}
std::ostream& operator<<(std::ostream&, const rpc_handle_router&);

}
