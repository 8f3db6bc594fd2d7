#include "stack_switch.hh"

#include "base/sanitizer.hh"

#include <cstdint>
#include <cstring>
#include <cxxabi.h>

#if SEASTAR_INTERNAL_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if SEASTAR_INTERNAL_TSAN
#include <sanitizer/tsan_interface.h>
#endif

// void seastar_switch_stack(void** save, void* load): pushes the registers that a call preserves (floating-point
// control words included), stores the stack pointer in *save, and does the reverse with `load`.
// seastar_stack_entry: where the first switch to a stack arrives; the registers hold entry and argument. It has no
// caller, which the unwinder is told by the undefined return address.
#if defined(__x86_64__)
asm(R"(
.text
.p2align 4
.hidden seastar_switch_stack
.globl seastar_switch_stack
.type seastar_switch_stack,@function
seastar_switch_stack:
    .cfi_startproc
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    subq $8, %rsp
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .cfi_endproc
.size seastar_switch_stack,.-seastar_switch_stack

.p2align 4
.hidden seastar_stack_entry
.globl seastar_stack_entry
.type seastar_stack_entry,@function
seastar_stack_entry:
    .cfi_startproc
    .cfi_undefined rip
    xorl %ebp, %ebp
    movq %r13, %rdi
    callq *%r12
    ud2
    .cfi_endproc
.size seastar_stack_entry,.-seastar_stack_entry
)");
#elif defined(__aarch64__)
asm(R"(
.text
.p2align 4
.hidden seastar_switch_stack
.globl seastar_switch_stack
.type seastar_switch_stack,%function
seastar_switch_stack:
    .cfi_startproc
    sub sp, sp, #176
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mrs x9, fpcr
    str x9, [sp, #160]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldr x9, [sp, #160]
    msr fpcr, x9
    ldp d14, d15, [sp, #144]
    ldp d12, d13, [sp, #128]
    ldp d10, d11, [sp, #112]
    ldp d8, d9, [sp, #96]
    ldp x29, x30, [sp, #80]
    ldp x27, x28, [sp, #64]
    ldp x25, x26, [sp, #48]
    ldp x23, x24, [sp, #32]
    ldp x21, x22, [sp, #16]
    ldp x19, x20, [sp, #0]
    add sp, sp, #176
    ret
    .cfi_endproc
.size seastar_switch_stack,.-seastar_switch_stack

.p2align 4
.hidden seastar_stack_entry
.globl seastar_stack_entry
.type seastar_stack_entry,%function
seastar_stack_entry:
    .cfi_startproc
    .cfi_undefined x30
    mov x29, #0
    mov x30, #0
    mov x0, x20
    blr x19
    brk #1
    .cfi_endproc
.size seastar_stack_entry,.-seastar_stack_entry
)");
#else
#error "seastar::thread needs a stack switch for this processor: see stack_switch.cc"
#endif

extern "C" {
void seastar_switch_stack(void** save, void* load) noexcept;
void seastar_stack_entry() noexcept;
}

namespace seastar::internal {

namespace {

/// The frame that seastar_switch_stack pops, in the order of its addresses.
struct first_frame {
#if defined(__x86_64__)
    uint32_t mxcsr = 0x1f80;      ///< all exceptions masked, round to nearest: what a program starts with
    uint32_t x87_control = 0x037f;
    void* r15 = nullptr;
    void* r14 = nullptr;
    void* argument = nullptr; ///< r13
    void* entry = nullptr;    ///< r12
    void* rbx = nullptr;
    void* rbp = nullptr;
    void* return_address = nullptr;
#else
    void* entry = nullptr;    ///< x19
    void* argument = nullptr; ///< x20
    void* registers[9] = {};
    void* return_address = nullptr; ///< x30
    uint64_t d[8] = {};
    uint64_t fpcr = 0;
    uint64_t alignment = 0;
#endif
};

static_assert(sizeof(first_frame) % 16 == 0, "the stack stays aligned");

struct eh_globals {
    void* caught;
    unsigned uncaught;
};

eh_globals& exceptions_of_thread() noexcept { return *reinterpret_cast<eh_globals*>(abi::__cxa_get_globals()); }

}

execution::execution() noexcept {
#if SEASTAR_INTERNAL_TSAN
    _fiber = __tsan_get_current_fiber();
#endif
}

execution::execution(kernel::thread_stack stack, void (*entry)(void*) noexcept, void* argument) noexcept
    : _owns_stack(true), _bottom(stack.base), _size(stack.size) {
    first_frame frame;
    frame.entry = reinterpret_cast<void*>(entry);
    frame.argument = argument;
    frame.return_address = reinterpret_cast<void*>(&seastar_stack_entry);
    char* at = stack.base + stack.size - 16 - sizeof(frame); // a little room for unwinders that look too far
    std::memcpy(at, &frame, sizeof(frame));
    _stack_pointer = at;
#if SEASTAR_INTERNAL_TSAN
    _fiber = __tsan_create_fiber(0);
#endif
}

execution::~execution() {
#if SEASTAR_INTERNAL_TSAN
    if (_owns_stack) {
        __tsan_destroy_fiber(_fiber);
    }
#endif
#if SEASTAR_INTERNAL_ASAN
    if (_owns_stack) {
        // The frames of the finished thread are gone; the next one finds a clean stack.
        __asan_unpoison_memory_region(_bottom, _size);
    }
#endif
}

void execution::leave(execution& to, [[maybe_unused]] bool for_ever) noexcept {
    auto& exceptions = exceptions_of_thread();
    _caught_exceptions = exceptions.caught;
    _uncaught_exceptions = exceptions.uncaught;
    exceptions.caught = to._caught_exceptions;
    exceptions.uncaught = to._uncaught_exceptions;
    to._from = this;
#if SEASTAR_INTERNAL_ASAN
    __sanitizer_start_switch_fiber(for_ever ? nullptr : &_fake_stack, to._bottom, to._size);
#endif
#if SEASTAR_INTERNAL_TSAN
    __tsan_switch_to_fiber(to._fiber, 0);
#endif
    seastar_switch_stack(&_stack_pointer, to._stack_pointer);
    arrive();
}

void execution::begun() noexcept { arrive(); }

void execution::arrive() noexcept {
#if SEASTAR_INTERNAL_ASAN
    // Where the other stack lies is learnt from having left it: that of a system thread is not known otherwise.
    __sanitizer_finish_switch_fiber(_fake_stack, &_from->_bottom, &_from->_size);
#endif
}

}
