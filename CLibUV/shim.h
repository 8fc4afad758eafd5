#ifndef SWIFT_ANYEVENT_CLIBUV_SHIM_H
#define SWIFT_ANYEVENT_CLIBUV_SHIM_H

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

/* Swift's Glibc module has no gettid, and syscall is variadic, which Swift cannot import. */
static inline int aeuv_is_main_thread(void) { return syscall(SYS_gettid) == getpid(); }

/* accept4 is declared only for _GNU_SOURCE, which Swift's Clang importer does not define. */
static inline int aeuv_accept(int fd, struct sockaddr *address, socklen_t *length) {
  return (int)syscall(SYS_accept4, fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

#endif
