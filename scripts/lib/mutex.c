// Tells the thread sanitizer of locks that Swift's runtime takes where it can't see it.
//
// Swift's Mutex takes and gives up a free lock in code that is inlined, and so built for the
// sanitizer. One that somebody waits for is taken and given up by these two functions of the
// runtime, which is not: without the two below, all that such a lock guards looks like a race.
// Linked into a program, they take the place of the runtime's and call them.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// _MutexHandle._lockSlow(_: UInt32) and _MutexHandle._unlockSlow() of the module Synchronization
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

typedef SWIFT void Lock(uint32_t thread, SELF void *handle);
typedef SWIFT void Unlock(SELF void *handle);
Lock lock_slow __asm__(LOCK);
Unlock unlock_slow __asm__(UNLOCK);

// Of the sanitizer
void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
  ((Lock *)dlsym(RTLD_NEXT, LOCK))(thread, handle);
  __tsan_acquire(handle);
}

SWIFT void unlock_slow(SELF void *handle) {
  __tsan_release(handle);
  ((Unlock *)dlsym(RTLD_NEXT, UNLOCK))(handle);
}
