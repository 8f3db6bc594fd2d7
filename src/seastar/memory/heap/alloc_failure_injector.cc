#include <seastar/core/internal/task_allocator.hh>
#include <seastar/util/alloc_failure_injector.hh>
#include <seastar/util/critical_alloc_section.hh>
#include <seastar/util/defer.hh>

#include "memory/heap/shard_heaps.hh"
#include "memory/task_lists.hh"

#include <new>
#include <utility>

namespace seastar::memory {

alloc_failure_injector& local_failure_injector() noexcept {
    static thread_local alloc_failure_injector injector;
    return injector;
}

void alloc_failure_injector::update() noexcept {
    if (auto* heap = this_thread_heap) {
        heap->before_allocation = nullptr;
        fill_task_reserve();
        keep_nothing(_fail_at != never);
        if (_fail_at != never) {
            heap->before_allocation = [] { memory::on_alloc_point(); };
        }
    }
}

void alloc_failure_injector::on_alloc_point() {
    if (_fail_at == never || is_critical_alloc_section()) {
        return;
    }
    if (_alloc_count++ >= _fail_at) {
        fail();
    }
}

void alloc_failure_injector::fail() {
    _failed = true;
    cancel();
    if (!_instead) {
        throw std::bad_alloc();
    }
    _instead();
}

void alloc_failure_injector::fail_after(uint64_t count) noexcept {
    _fail_at = _alloc_count + count;
    _failed = false;
    update();
}

void alloc_failure_injector::cancel() noexcept {
    _fail_at = never;
    update();
}

void alloc_failure_injector::run_with_callback(noncopyable_function<void()> callback,
                                               noncopyable_function<void()> to_run) {
    auto before = std::exchange(_instead, std::move(callback));
    auto restore = defer([&]() noexcept { _instead = std::move(before); });
    to_run();
}

void with_allocation_failures(noncopyable_function<void()> func) {
    auto& injector = local_failure_injector();
    auto stop = defer([&]() noexcept { injector.cancel(); });
    for (uint64_t count = 0;; ++count) {
        try {
            injector.fail_after(count);
            func();
        } catch (const std::bad_alloc&) {
            // one of those that are let to fail
        }
        injector.cancel();
        if (!injector.failed()) {
            return;
        }
    }
}

}
