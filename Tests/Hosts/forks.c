/* Children of fork that go on with the loop of their parent: they notice nothing of its nodes, and the nodes nothing of
 * them. The two nodes live on one loop and are connected. */
#define _GNU_SOURCE
#include "host.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { COUNT = 200 };
static uv_loop_t loop;
static aemp_node *first, *second;
static aemp_port *port, *remote;
static int got, up, down, called, ticks, fork_at;
static pid_t child = -1;

static void on_message (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  (void)node; (void)self; (void)ud;
  CHECK (aemp_msg_get (msg, "i.", &number) == 0);
  CHECK (number == got);
  got++;
  called++;
  if (got == fork_at) {
    fflush (stdout);
    child = fork ();
    called = 0;
  }
}
static void on_node (aemp_node *node, const char *id, int is_up, const aemp_msg *reason, void *ud) {
  (void)node; (void)id; (void)reason; (void)ud;
  if (is_up) up++; else down++;
  called++;
}
static void on_log (aemp_node *node, int level, const char *facility, const char *text, void *ud) {
  (void)node; (void)level; (void)facility; (void)text; (void)ud;
  called++;
}
static void on_reply (aemp_node *node, const aemp_msg *msg, void *ud) {
  (void)node; (void)msg; (void)ud;
  called++;
}
static void on_post (aemp_node *node, void *ud) {
  (void)node; (void)ud;
  called++;
}
static void on_closed (aemp_node *node, void *ud) {
  (void)node;
  *(int *)ud = 1;
}
static void on_tick (uv_timer_t *timer) { (void)timer; ticks++; }

/* A child that closes what it has inherited, but for a pipe that libuv makes anew in each fork, and opens files of its own
 * forks again: they are the same in its child. */
static void fork_again (void) {
  int files[64], status;
  struct stat about;
  for (int number = 3; number < 64; number++)
    if (fstat (number, &about) == 0 && !S_ISFIFO (about.st_mode)) close (number);
  for (int i = 0; i < 64; i++) CHECK ((files[i] = open ("/proc/self/exe", O_RDONLY)) >= 0);
  pid_t grandchild = fork ();
  if (grandchild == 0) {
    char byte;
    for (int i = 0; i < 64; i++)
      if (read (files[i], &byte, 1) < 0 || byte != 0x7f) _exit (1);
    _exit (0);
  }
  CHECK (waitpid (grandchild, &status, 0) == grandchild);
  CHECK (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}
/* What a child does: the host's loop runs there, with the host's own timer; 0 if nothing else was called. */
static void be_child (int renews_loop) {
  uv_timer_t timer;
  if (renews_loop) CHECK (uv_loop_fork (&loop) == 0);
  CHECK (uv_timer_init (&loop, &timer) == 0);
  CHECK (uv_timer_start (&timer, on_tick, 1, 1) == 0);
  ticks = 0;
  while (ticks < 100) uv_run (&loop, UV_RUN_ONCE);
  CHECK (called == 0);
  CHECK (aemp_snd (second, remote, AEMP_ARGS (aemp_str ("n"), aemp_int (-1))) == AEMP_EFORK);
  CHECK (aemp_node_close (first, 0, NULL, NULL) == AEMP_EFORK);
  aemp_port_release (port);
  aemp_node_release (first);
  aemp_node_release (second);
  while (ticks < 150) uv_run (&loop, UV_RUN_ONCE);
  CHECK (called == 0);
  /* A node does not keep the child's loop from ending. */
  uv_close ((uv_handle_t *)&timer, NULL);
  uv_run (&loop, UV_RUN_DEFAULT);
  CHECK (called == 0);
  fork_again ();
  exit (0);
}
static void expect_child_to_end (void) {
  int status;
  CHECK (waitpid (child, &status, 0) == child);
  CHECK (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  child = -1;
}
/* Messages on their way, something posted, a call that ends and one of the loop's own timers. */
static void begin (void) {
  got = 0;
  for (int i = 0; i < COUNT; i++)
    CHECK (aemp_snd (second, remote, AEMP_ARGS (aemp_str ("n"), aemp_int (i))) == 0);
  CHECK (aemp_post (first, on_post, NULL, NULL) == 0);
  CHECK (aemp_cal (first, port, 0.01, AEMP_ARGS (aemp_str ("ignored")), on_reply, NULL, NULL) == 0);
}
static void end (void) {
  while (got < COUNT) uv_run (&loop, UV_RUN_ONCE);
  CHECK (down == 0 && aemp_node_is_up (second, "first"));
  fork_at = 0;
}
static void on_ignored (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  (void)node; (void)self; (void)msg; (void)ud;
  called++;
}

int main (void) {
  CHECK (uv_loop_init (&loop) == 0);
  CHECK (aemp_attach (&loop, &first) == 0 && aemp_attach (&loop, &second) == 0);
  CHECK (aemp_node_ref (first) == 0);
  join (first, "first", NULL);
  CHECK (aemp_mon_nodes (second, on_node, NULL, NULL, NULL) == 0);
  join (second, "second", address_of (first));
  CHECK (aemp_on_log (first, 9, on_log, NULL, NULL) == 0 && aemp_on_log (second, 9, on_log, NULL, NULL) == 0);
  CHECK (aemp_port_new (first, &port) == 0);
  CHECK (aemp_rcv (first, port, "n", on_message, NULL, NULL) == 0);
  CHECK (aemp_rcv (first, port, "ignored", on_ignored, NULL, NULL) == 0);
  CHECK (aemp_port_of (aemp_port_id (port, NULL), AEMP_CSTR, &remote) == 0);
  while (!up) uv_run (&loop, UV_RUN_ONCE);

  for (int renews_loop = 0; renews_loop < 2; renews_loop++) {
    /* Between two turns of the loop: before the messages are written, before they are read, and behind that. */
    for (int turns = 0; turns < 4; turns++) {
      begin ();
      for (int i = 0; i < turns; i++) uv_run (&loop, UV_RUN_NOWAIT);
      called = 0;
      child = fork ();
      if (child == 0) be_child (renews_loop);
      expect_child_to_end ();
      end ();
    }
    /* In a callback, behind which others wait. */
    begin ();
    fork_at = 3;
    while (child == -1) uv_run (&loop, UV_RUN_ONCE);
    if (child == 0) be_child (renews_loop);
    expect_child_to_end ();
    end ();
  }

  int closed = 0;
  CHECK (aemp_node_close (second, 0, on_closed, &closed) == 0);
  while (!closed) uv_run (&loop, UV_RUN_ONCE);
  closed = 0;
  CHECK (aemp_node_close (first, 0, on_closed, &closed) == 0);
  while (!closed) uv_run (&loop, UV_RUN_ONCE);
  aemp_port_release (port);
  aemp_port_release (remote);
  aemp_node_release (first);
  aemp_node_release (second);
  CHECK (uv_run (&loop, UV_RUN_DEFAULT) == 0);
  CHECK (uv_loop_close (&loop) == 0);
  return 0;
}
