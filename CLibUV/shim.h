#ifndef SWIFT_ANYEVENT_CLIBUV_SHIM_H
#define SWIFT_ANYEVENT_CLIBUV_SHIM_H

#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

/* Swift's Glibc module has no gettid, and syscall is variadic, which Swift cannot import. */
static inline int aeuv_is_main_thread(void) { return syscall(SYS_gettid) == getpid(); }

#endif
