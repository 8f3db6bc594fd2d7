#include <seastar/core/alien.hh>

#include "shard/alien_impl.hh"

namespace seastar::alien {

instance::instance() : _impl(std::make_unique<impl>()) {}

instance::~instance() = default;

namespace internal {

namespace {

class shard_work final : public seastar::internal::alien_work {
    std::unique_ptr<work> _work;

public:
    explicit shard_work(std::unique_ptr<work> w) noexcept : _work(std::move(w)) {}
    void run_and_dispose() noexcept override {
        _work->run();
        delete this;
    }
    task* waiting_task() noexcept override { return nullptr; }
    void discard() noexcept override { delete this; }
};

}

void send(instance& instance, unsigned shard, std::unique_ptr<work> w) {
    auto* message = new shard_work(std::move(w));
    auto& target = instance.internals();
    std::unique_lock lock(target.mutex);
    bool sent = target.mesh && shard < target.mesh->shards() && target.mesh->inbox(shard).send(*message);
    lock.unlock();
    if (!sent) {
        message->discard();
    }
}

}
}
