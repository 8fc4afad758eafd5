/* A program with a loop of its own: alone, with a node, and alone again, in many rounds; and a fork. */
#define _GNU_SOURCE
#include "host.h"
#include <signal.h>
#include <sys/wait.h>

static int got, closed;

static void on_message (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  (void)node; (void)self; (void)ud;
  CHECK (aemp_msg_get (msg, "i.", &number) == 0);
  got = (int)number;
}
static void on_closed (aemp_node *node, void *ud) {
  CHECK (aemp_node_is_closed (node));
  *(int *)ud += 1;
}
static void on_tick (uv_timer_t *timer) { *(int *)timer->data += 1; }

/* One life of a node; with a seed where nobody listens, it is closed while it dials. */
static void round_with (uv_loop_t *loop, const char *seed) {
  aemp_node *node;
  aemp_port *port;
  CHECK (aemp_attach (loop, &node) == 0);
  join (node, "host/%u", seed);
  CHECK (aemp_port_new (node, &port) == 0);
  CHECK (aemp_rcv (node, port, "n", on_message, NULL, NULL) == 0);
  got = 0;
  CHECK (aemp_snd (node, port, AEMP_ARGS (aemp_str ("n"), aemp_int (7))) == 0);
  CHECK (got == 0);
  while (!got) uv_run (loop, UV_RUN_ONCE);
  closed = 0;
  CHECK (aemp_node_close (node, 0, on_closed, &closed) == 0);
  while (!closed) uv_run (loop, UV_RUN_ONCE);
  aemp_port_release (port);
  aemp_node_release (node);
}

/* The child of a fork can do nothing to its parent's node. */
static void fork_with (uv_loop_t *loop) {
  aemp_node *node;
  aemp_port *port;
  CHECK (aemp_attach (loop, &node) == 0);
  join (node, "host/%u", NULL);
  CHECK (aemp_port_new (node, &port) == 0);
  CHECK (aemp_rcv (node, port, "n", on_message, NULL, NULL) == 0);
  uv_run (loop, UV_RUN_NOWAIT);
  fflush (stdout);
  pid_t child = fork ();
  if (child == 0) {
    aemp_value *status;
    aemp_port *other;
    CHECK (aemp_snd (node, port, AEMP_ARGS (aemp_str ("n"), aemp_int (9))) == AEMP_EFORK);
    CHECK (aemp_post_snd (node, port, AEMP_ARGS (aemp_str ("n"), aemp_int (9))) == AEMP_EFORK);
    CHECK (aemp_post (node, on_closed, NULL, NULL) == AEMP_EFORK);
    CHECK (aemp_rcv (node, port, NULL, NULL, NULL, NULL) == AEMP_EFORK);
    CHECK (aemp_kil (node, port, NULL, 0) == AEMP_EFORK);
    CHECK (aemp_port_new (node, &other) == AEMP_EFORK && !other);
    CHECK (aemp_status (node, &status) == AEMP_EFORK && !status);
    CHECK (aemp_node_adopt (node) == AEMP_EFORK);
    CHECK (aemp_db_set (node, "family", "key", NULL) == AEMP_EFORK);
    CHECK (aemp_node_close (node, 0, NULL, NULL) == AEMP_EFORK);
    CHECK (strstr (aemp_last_error (), "child of a fork"));
    aemp_port_release (port);
    aemp_node_release (node);
    exit (0);
  }
  int status;
  CHECK (waitpid (child, &status, 0) == child && WIFEXITED (status) && WEXITSTATUS (status) == 0);
  got = 0;
  CHECK (aemp_snd (node, port, AEMP_ARGS (aemp_str ("n"), aemp_int (3))) == 0);
  while (!got) uv_run (loop, UV_RUN_ONCE);
  CHECK (got == 3);
  closed = 0;
  CHECK (aemp_node_close (node, 0, on_closed, &closed) == 0);
  while (!closed) uv_run (loop, UV_RUN_ONCE);
  aemp_port_release (port);
  aemp_node_release (node);
}

/* A configuration that fails leaves no trace: neither is the environment obeyed afterwards nor the loop kept running. */
static void fail_to_configure (uv_loop_t *loop) {
  const char *binds[] = { "192.0.2.1:1", NULL };
  aemp_options options = { .size = sizeof options, .flags = AEMP_USE_ENV | AEMP_KEEP_ALIVE, .binds = binds };
  aemp_node *node;
  aemp_port *port;
  int standard_error = dup (2);
  FILE *file = tmpfile ();
  CHECK (file && dup2 (fileno (file), 2) == 2);
  CHECK (setenv ("AE_MP_TRACE", "1", 1) == 0 && setenv ("AE_VERBOSE", "9", 1) == 0);
  CHECK (aemp_attach (loop, &node) == 0);
  CHECK (aemp_configure (node, &options, NULL, NULL, NULL) == AEMP_ECONFIG);
  off_t written = lseek (2, 0, SEEK_END);
  CHECK (aemp_port_new (node, &port) == 0);
  CHECK (aemp_rcv (node, port, "n", on_message, NULL, NULL) == 0);
  got = 0;
  CHECK (aemp_snd (node, port, AEMP_ARGS (aemp_str ("n"), aemp_int (7))) == 0);
  while (!got) uv_run (loop, UV_RUN_ONCE);
  /* The same with an environment that is wanted is written about. */
  CHECK (lseek (2, 0, SEEK_END) == written);
  options.binds = NULL;
  CHECK (aemp_configure (node, &options, NULL, NULL, NULL) == 0);
  written = lseek (2, 0, SEEK_END);
  got = 0;
  CHECK (aemp_snd (node, port, AEMP_ARGS (aemp_str ("n"), aemp_int (7))) == 0);
  while (!got) uv_run (loop, UV_RUN_ONCE);
  CHECK (lseek (2, 0, SEEK_END) > written);
  closed = 0;
  CHECK (aemp_node_close (node, 0, on_closed, &closed) == 0);
  while (!closed) uv_run (loop, UV_RUN_ONCE);
  aemp_port_release (port);
  aemp_node_release (node);
  CHECK (unsetenv ("AE_MP_TRACE") == 0 && unsetenv ("AE_VERBOSE") == 0);
  CHECK (dup2 (standard_error, 2) == 2);
  close (standard_error);
  fclose (file);
}

/* A loop of another copy of libuv than the first one is refused. */
static void attach_foreign (uv_loop_t *loop) {
#define F(name) (aemp_uv_function)name,
  aemp_uv_function functions[] = { AEMP_UV_FUNCTIONS (F) };
#undef F
  size_t count = sizeof functions / sizeof *functions;
  aemp_node *node;
  functions[3] = functions[4];
  CHECK (aemp_attach_uv (loop, functions, count, uv_version (), &node) == AEMP_EUV && !node);
  functions[3] = (aemp_uv_function)uv_backend_timeout;
  CHECK (aemp_attach_uv (loop, functions, count - 1, uv_version (), &node) == AEMP_EUV);
  CHECK (aemp_attach_uv (loop, functions, count, 2 << 16, &node) == AEMP_EUV);
  CHECK (strstr (aemp_last_error (), "another copy of libuv"));
}

int main (int argc, char **argv) {
  int rounds = argc > 1 ? atoi (argv[1]) : 1000, ticks = 0, marker;
  struct sigaction before, after;
  sigset_t mask_before, mask_after;
  uv_loop_t loop;
  uv_timer_t timer;
  CHECK (uv_loop_init (&loop) == 0);
  loop.data = &marker;
  uv_timer_init (&loop, &timer);
  timer.data = &ticks;
  uv_timer_start (&timer, on_tick, 1, 1);
  while (ticks < 3) uv_run (&loop, UV_RUN_ONCE);
  sigaction (SIGPIPE, NULL, &before);
  sigprocmask (SIG_SETMASK, NULL, &mask_before);

  round_with (&loop, NULL);
  round_with (&loop, "127.0.0.1:9");
  attach_foreign (&loop);
  fail_to_configure (&loop);
  int handles_before = handles (&loop), descriptors_before = descriptors (), threads_before = threads ();
  /* Few rounds are for valgrind, which keeps freed memory for a while: its size says nothing. */
  int warm = rounds / 4, may_grow = rounds < 100;
  long size = 0;
  uint64_t start = uv_hrtime ();
  for (int i = 0; i < rounds; i++) {
    if (i == warm) size = resident ();
    round_with (&loop, NULL);
  }
  printf ("%d rounds without a seed: %.0f us each, ", rounds, (double)(uv_hrtime () - start) / rounds / 1e3);
  printf ("%ld KiB more\n", resident () - size);
  CHECK (may_grow || resident () - size < 512);
  for (int i = 0; i < rounds; i++) {
    if (i == warm) size = resident ();
    round_with (&loop, "127.0.0.1:9");
  }
  printf ("%d rounds with a seed: %ld KiB more; resident %ld KiB\n", rounds, resident () - size, resident ());
  CHECK (may_grow || resident () - size < 512);
  CHECK (handles (&loop) == handles_before);
  CHECK (descriptors () == descriptors_before);
  CHECK (threads () == threads_before);
  fork_with (&loop);
  CHECK (handles (&loop) == handles_before);

  sigaction (SIGPIPE, NULL, &after);
  sigprocmask (SIG_SETMASK, NULL, &mask_after);
  CHECK (before.sa_handler == after.sa_handler);
  for (int i = 1; i < 32; i++) CHECK (sigismember (&mask_before, i) == sigismember (&mask_after, i));
  CHECK (loop.data == &marker);
  ticks = 0;
  while (ticks < 3) uv_run (&loop, UV_RUN_ONCE);
  uv_close ((uv_handle_t *)&timer, NULL);
  uv_run (&loop, UV_RUN_DEFAULT);
  CHECK (uv_loop_close (&loop) == 0);
  return 0;
}
