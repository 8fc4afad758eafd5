#ifndef SWIFT_ANYEVENT_CLIBUV_SHIM_H
#define SWIFT_ANYEVENT_CLIBUV_SHIM_H

#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

/* Swift takes the variable stdout for shared by threads, and refuses it. The mode changes from here on only: what was
   printed before has to be written first. */
static inline int aeuv_flush_lines(void) {
  int status = fflush(stdout);
  return setvbuf(stdout, NULL, _IOLBF, 0) == 0 ? status : -1;
}

/* Swift's Glibc module has no gettid, and syscall is variadic, which Swift cannot import. */
static inline int aeuv_is_main_thread(void) { return syscall(SYS_gettid) == getpid(); }

/* Names the calling thread; pthread_setname_np is declared only for _GNU_SOURCE. */
static inline void aeuv_name_thread(const char *name) { (void)prctl(PR_SET_NAME, name, 0, 0, 0); }

/* accept4 is declared only for _GNU_SOURCE, which Swift's Clang importer does not define. */
static inline int aeuv_accept(int fd, struct sockaddr *address, socklen_t *length) {
  return (int)syscall(SYS_accept4, fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* The same holds for dup3. */
static inline int aeuv_dup3(int from, int to, int flags) {
  return (int)syscall(SYS_dup3, from, to, flags);
}

/* And for pipe2. */
static inline int aeuv_pipe(int ends[2], int flags) { return (int)syscall(SYS_pipe2, ends, flags); }

/* The types of sockets are imported into one or another of the modules that include the header. */
static inline int aeuv_stream_type(void) { return SOCK_STREAM; }
static inline int aeuv_datagram_type(void) { return SOCK_DGRAM; }

static inline int aeuv_socketpair(int ends[2], int is_blocking) {
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (is_blocking ? 0 : SOCK_NONBLOCK), 0, ends);
}

/* And for environ; Swift takes no changeable variables of C either. */
static inline char **aeuv_environment(void) {
  extern char **environ;
  return environ;
}

/* These are declared only for _GNU_SOURCE, too; the names keep clear of those that a module may have. */
extern int aeuv_spawn_closefrom(void *actions, int first) __asm__("posix_spawn_file_actions_addclosefrom_np");
extern int aeuv_spawn_chdir(void *actions, const char *path) __asm__("posix_spawn_file_actions_addchdir_np");

/* The C library of older systems has no close_range. */
static inline int aeuv_close_range(unsigned int first, unsigned int last) {
  return (int)syscall(SYS_close_range, first, last, 0);
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

/* In the child of a fork the pipe is new by which signals are told to the loop, so those that were caught and not
 * told before are lost. libuv 1.44 still waits for them before it closes their handles. */
static inline void aeuv_forget_signal(uv_handle_t *handle, void *unused) {
  (void)unused;
  if (handle->type != UV_SIGNAL) return;
  ((uv_signal_t *)handle)->dispatched_signals = ((uv_signal_t *)handle)->caught_signals;
}

static inline void aeuv_forget_signals(uv_loop_t *loop) { uv_walk(loop, aeuv_forget_signal, NULL); }

static inline void aeuv_count_file(uv_handle_t *handle, void *count) {
  if (handle->type == UV_FS_EVENT) ++*(unsigned int *)count;
}

/* libuv gives up at a watched file that cannot be watched again, such as one that is gone, and forgets it: so there is
 * one more attempt for each. */
static inline int aeuv_loop_fork(uv_loop_t *loop) {
  unsigned int files = 0;
  uv_walk(loop, aeuv_count_file, &files);
  int status = uv_loop_fork(loop);
  while (status != 0 && files-- > 0) status = uv_loop_fork(loop);
  return status;
}

/* Work of libuv's pool. In the child of a fork the pool's threads are gone: what they had not done is lost, and
 * what they had done is still told to the loop, as it would be to the parent's. */

/* Whether a request was done, or cancelled, when the process was forked. */
static inline int aeuv_is_done(const uv_work_t *request) { return request->work_req.work == NULL; }

/* Makes a loop that has been told of the fork, and that nobody else uses, forget so many lost requests. The threads
 * may have left its lock locked, and its wake-up announced, which libuv 1.44 does not undo. */
static inline void aeuv_forget_work(uv_loop_t *loop, unsigned int lost) {
  loop->active_reqs.count -= lost;
  pthread_mutex_init(&loop->wq_mutex, NULL);
  loop->wq_async.pending = 0;
  uv_async_send(&loop->wq_async);
}

/* What Swift's withTaskCancellationHandler is made of, which itself would leave the thread in a function that runs on its
 * caller's actor. The record is removed by the task that added it, in reverse order. */
__attribute__((swiftcall)) void *swift_task_addCancellationHandler(
    __attribute__((swiftcall)) void (*function)(__attribute__((swift_context)) void *), void *context);
__attribute__((swiftcall)) void swift_task_removeCancellationHandler(void *record);

/* Called with the object on any thread; both have to stay until the record is removed. */
struct aeuv_cancellation {
  void (*call)(void *object);
  void *object;
};

static __attribute__((swiftcall)) void aeuv_cancelled(__attribute__((swift_context)) void *context) {
  struct aeuv_cancellation *cancellation = context;
  cancellation->call(cancellation->object);
}

static inline void *aeuv_add_cancellation(struct aeuv_cancellation *cancellation) {
  return swift_task_addCancellationHandler(aeuv_cancelled, cancellation);
}

static inline void aeuv_remove_cancellation(void *record) { swift_task_removeCancellationHandler(record); }

#endif
