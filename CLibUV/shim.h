#ifndef SWIFT_ANYEVENT_CLIBUV_SHIM_H
#define SWIFT_ANYEVENT_CLIBUV_SHIM_H

#include <sys/epoll.h>
#include <sys/ioctl.h>
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

/* The same holds for dup3. */
static inline int aeuv_dup3(int from, int to, int flags) {
  return (int)syscall(SYS_dup3, from, to, flags);
}

/* ioctl is variadic. */
static inline int aeuv_is_terminal_master(int fd) {
  unsigned int number;
  return ioctl(fd, TIOCGPTN, &number) == 0;
}

/* struct epoll_event is packed, which Swift does not know. Readiness is 1 for reading, 2 for writing. */
static inline int aeuv_epoll_make(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int aeuv_epoll_watch(int epoll, int operation, int fd, int readiness) {
  struct epoll_event event = {0};
  event.events = (readiness & 1 ? EPOLLIN : 0) | (readiness & 2 ? EPOLLOUT : 0);
  return epoll_ctl(epoll, operation, fd, &event);
}

/* What is ready now, of the one descriptor that is watched; an error and an end are both. */
static inline int aeuv_epoll_readiness(int epoll) {
  struct epoll_event event;
  int readiness = 0;
  if (epoll_wait(epoll, &event, 1, 0) != 1) return 0;
  if (event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) readiness |= 1;
  if (event.events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) readiness |= 2;
  return readiness;
}

/* The same as struct mmsghdr, recvmmsg and sendmmsg, which are declared only for _GNU_SOURCE. */
struct aeuv_datagram {
  struct msghdr header;
  unsigned int length;
};

static inline int aeuv_receive_datagrams(int fd, struct aeuv_datagram *datagrams, unsigned int count) {
  return (int)syscall(SYS_recvmmsg, fd, datagrams, count, MSG_DONTWAIT, NULL);
}

static inline int aeuv_send_datagrams(int fd, struct aeuv_datagram *datagrams, unsigned int count) {
  return (int)syscall(SYS_sendmmsg, fd, datagrams, count, MSG_NOSIGNAL);
}

#endif
