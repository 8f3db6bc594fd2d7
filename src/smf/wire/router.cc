/// The table of methods. Lookups are inline in the header; everything here happens at start-up.
#include <smf/rpc_error.h>
#include <smf/rpc_handle_router.h>

#include <bit>
#include <ostream>
#include <stdexcept>
#include <string>

namespace smf {

struct rpc_handle_router::registered {
    std::unique_ptr<rpc_service> service;
    std::vector<rpc_service_method_handle> methods;
    uint32_t id_of(const rpc_service_method_handle& m) const { return service->service_id() ^ m.method_id; }
    std::string name_of(const rpc_service_method_handle& m) const {
        return std::string(service->service_name()) + "." + m.method_name;
    }
};

rpc_handle_router::rpc_handle_router() : _slots(1) {}
rpc_handle_router::~rpc_handle_router() = default;
rpc_handle_router::rpc_handle_router(rpc_handle_router&&) noexcept = default;
rpc_handle_router& rpc_handle_router::operator=(rpc_handle_router&&) noexcept = default;

size_t rpc_handle_router::service_count() const noexcept {
    return _services.size();
}

void rpc_handle_router::register_service(std::unique_ptr<rpc_service> service) {
    if (!service) {
        throw std::invalid_argument("a null pointer was registered as a service");
    }
    auto added = std::make_unique<registered>();
    added->methods = service->methods();
    added->service = std::move(service);

    size_t total = added->methods.size();
    for (auto& s : _services) {
        total += s->methods.size();
    }
    for (auto& m : added->methods) {
        auto id = added->id_of(m);
        if (id == 0) {
            throw std::invalid_argument(added->name_of(m) + " has the number 0, which no request may carry");
        }
        auto clash = [&](const registered& other) {
            for (auto& o : other.methods) {
                if (&o != &m && other.id_of(o) == id) {
                    throw std::invalid_argument(added->name_of(m) + " and " + other.name_of(o) +
                                                " have the same number, " + std::to_string(id));
                }
            }
        };
        clash(*added);
        for (auto& s : _services) {
            clash(*s);
        }
    }
    _services.push_back(std::move(added));
    rebuild(total);
}

void rpc_handle_router::rebuild(size_t method_count) {
    std::vector<slot> slots(std::bit_ceil(2 * method_count + 1));
    auto mask = static_cast<uint32_t>(slots.size() - 1);
    for (auto& s : _services) {
        for (auto& m : s->methods) {
            auto at = s->id_of(m) & mask;
            while (slots[at].handle) {
                at = (at + 1) & mask;
            }
            slots[at] = {s->id_of(m), &m};
        }
    }
    _slots = std::move(slots);
    _mask = mask;
}

seastar::future<rpc_envelope> rpc_handle_router::handle(rpc_recv_context recv) {
    auto refuse = [&recv](uint32_t status) {
        rpc_envelope e;
        e.set_status(status);
        e.letter.header.mutate_session(recv.session());
        return seastar::make_ready_future<rpc_envelope>(std::move(e));
    };
    auto method = get_handle_for_request(recv.request_id());
    if (!method) {
        return refuse(404);
    }
    if (method->verify && !recv.verified) {
        if (!method->verify(reinterpret_cast<const uint8_t*>(recv.payload.get()), recv.payload.size())) {
            return refuse(400);
        }
        recv.verified = true;
    }
    return method->apply(std::move(recv));
}

std::ostream& rpc_service::print(std::ostream& o) const {
    return o << "rpc_service{name=" << service_name() << "}";
}

std::ostream& operator<<(std::ostream& o, const rpc_service& s) {
    return s.print(o);
}

std::ostream& operator<<(std::ostream& o, const rpc_service_method_handle& m) {
    return o << "rpc_service_method_handle{name=" << m.method_name << "}";
}

std::ostream& operator<<(std::ostream& o, const rpc_handle_router& r) {
    o << "rpc_handle_router{";
    auto between_services = "";
    for (auto& s : r._services) {
        o << std::exchange(between_services, ", ") << "rpc_service{name=" << s->service->service_name() << ",handles=";
        auto between_methods = "";
        for (auto& m : s->methods) {
            o << std::exchange(between_methods, ",") << m;
        }
        o << "}";
    }
    return o << "}";
}

}
