/* What a node writes to another process that is stopped meanwhile, and goes on, is killed, or never looks at it again;
 * SIGPIPE does what it does in any program. The other process is this program with arguments. */
#define _GNU_SOURCE
#include "host.h"
#include <signal.h>
#include <sys/wait.h>

enum { COUNT = 200, SIZE = 100000 };
static char *text;
static uv_loop_t loop;
static aemp_node *node;
static aemp_port *own, *remote;
static int ready, got, drained, closed, freed, gone, ticks;

/* ---- The other process: tells its port, counts what comes, and tells when that was all. ---- */

static aemp_port *teller;
static int taken;

static void on_text (aemp_node *peer, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  const char *sent;
  (void)self; (void)ud;
  CHECK (aemp_msg_get (msg, "is.", &number, &sent) == 0 && strlen (sent) == SIZE);
  CHECK (number == taken++);
  if (taken == COUNT) CHECK (aemp_snd (peer, teller, AEMP_ARGS (aemp_str ("got"), aemp_int (taken))) == 0);
}
static int be_peer (char **argv) {
  aemp_port *port;
  CHECK (uv_loop_init (&loop) == 0 && aemp_attach (&loop, &node) == 0);
  join (node, argv[3], argv[1]);
  CHECK (aemp_node_ref (node) == 0 && aemp_port_new (node, &port) == 0);
  CHECK (aemp_rcv (node, port, "t", on_text, NULL, NULL) == 0);
  CHECK (aemp_port_of (argv[2], AEMP_CSTR, &teller) == 0);
  CHECK (aemp_snd (node, teller, AEMP_ARGS (aemp_str ("ready"), aemp_ref (port))) == 0);
  uv_run (&loop, UV_RUN_DEFAULT);
  return 0;
}

/* ---- The host ---- */

static void on_ready (aemp_node *it, aemp_port *self, const aemp_msg *msg, void *ud) {
  (void)it; (void)self; (void)ud;
  CHECK (aemp_msg_get (msg, "p.", &remote) == 0);
  ready = 1;
}
static void on_got (aemp_node *it, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  (void)it; (void)self; (void)ud;
  CHECK (aemp_msg_get (msg, "i.", &number) == 0);
  got = (int)number;
}
static void on_drained (aemp_node *it, void *ud) { (void)it; (void)ud; drained = 1; }
static void on_freed (void *ud) { (void)ud; freed++; }
static void on_closed (aemp_node *it, void *ud) { (void)it; (void)ud; closed = 1; }
static void on_gone (aemp_node *it, const aemp_msg *msg, void *ud) {
  const char *reason;
  (void)it; (void)ud;
  CHECK (aemp_msg_get (msg, "s", &reason) == 0 && *reason);
  gone++;
}
static void on_tick (uv_timer_t *timer) { (void)timer; ticks++; }

/* A process that is connected and stopped, with more before it than its sockets take. */
static pid_t fill (int index) {
  char program[256], id[16];
  ssize_t length = readlink ("/proc/self/exe", program, sizeof program - 1);
  program[length > 0 ? length : 0] = 0;
  snprintf (id, sizeof id, "peer/%d", index);
  const char *address = address_of (node);
  ready = got = drained = freed = gone = 0;
  fflush (stdout);
  pid_t child = fork ();
  if (child == 0) {
    execl (program, "stopped", address, aemp_port_id (own, NULL), id, (char *)0);
    _exit (127);
  }
  while (!ready) uv_run (&loop, UV_RUN_ONCE);
  CHECK (aemp_mon (node, remote, on_gone, NULL, on_freed, NULL) == 0);
  kill (child, SIGSTOP);
  int status;
  CHECK (waitpid (child, &status, WUNTRACED) == child && WIFSTOPPED (status));
  for (int i = 0; i < COUNT; i++) {
    CHECK (aemp_snd (node, remote, AEMP_ARGS (aemp_str ("t"), aemp_int (i), aemp_str (text))) == 0);
    uv_run (&loop, UV_RUN_NOWAIT);
  }
  CHECK (aemp_queued_bytes (node, id) > SIZE);
  CHECK (aemp_when_drained (node, id, on_drained, NULL, on_freed) == 0);
  /* The host goes on meanwhile. */
  ticks = 0;
  while (ticks < 50) uv_run (&loop, UV_RUN_ONCE);
  CHECK (aemp_queued_bytes (node, id) > SIZE && !drained && !gone && !freed);
  return child;
}
static void end_peer (pid_t child) {
  int status;
  kill (child, SIGKILL);
  CHECK (waitpid (child, &status, 0) == child && WIFSIGNALED (status));
  aemp_port_release (remote);
}

int main (int argc, char **argv) {
  if (argc > 3) return be_peer (argv);
  uv_timer_t timer;
  CHECK (signal (SIGPIPE, SIG_DFL) != SIG_ERR);
  text = malloc (SIZE + 1);
  memset (text, 'x', SIZE);
  text[SIZE] = 0;
  CHECK (uv_loop_init (&loop) == 0);
  uv_timer_init (&loop, &timer);
  uv_timer_start (&timer, on_tick, 1, 1);
  int handles_before = handles (&loop), descriptors_before = descriptors ();
  CHECK (aemp_attach (&loop, &node) == 0);
  join (node, "host", NULL);
  CHECK (aemp_port_new (node, &own) == 0);
  CHECK (aemp_rcv (node, own, "ready", on_ready, NULL, NULL) == 0 && aemp_rcv (node, own, "got", on_got, NULL, NULL) == 0);

  /* It goes on, and gets all. */
  pid_t child = fill (1);
  kill (child, SIGCONT);
  while (got < COUNT || !drained) uv_run (&loop, UV_RUN_ONCE);
  CHECK (!gone && aemp_queued_bytes (node, "peer/1") == 0);
  end_peer (child);
  while (!gone || freed < 2) uv_run (&loop, UV_RUN_ONCE);

  /* It is killed while the rest waits: that is told, and nothing waits any more. */
  child = fill (2);
  end_peer (child);
  while (!gone || !drained || freed < 2) uv_run (&loop, UV_RUN_ONCE);
  CHECK (gone == 1 && drained == 1 && aemp_queued_bytes (node, "peer/2") == 0);

  /* It is killed, and the node closed before it has heard of that, with time for what waits. */
  child = fill (3);
  end_peer (child);
  CHECK (aemp_node_close (node, 60000, on_closed, NULL) == 0);
  while (!closed) uv_run (&loop, UV_RUN_ONCE);
  CHECK (freed == 2 && !gone && !drained);
  aemp_port_release (own);
  aemp_node_release (node);

  /* It stays as it is: closing waits for as long as it may, or not at all. */
  for (int flush = 0; flush <= 300; flush += 300) {
    CHECK (aemp_attach (&loop, &node) == 0);
    join (node, "host", NULL);
    CHECK (aemp_port_new (node, &own) == 0 && aemp_rcv (node, own, "ready", on_ready, NULL, NULL) == 0);
    child = fill (4);
    closed = 0;
    CHECK (aemp_node_close (node, flush, on_closed, NULL) == 0);
    while (!closed) uv_run (&loop, UV_RUN_ONCE);
    CHECK (freed == 2 && !gone && !drained);
    aemp_port_release (own);
    aemp_node_release (node);
    end_peer (child);
  }
  CHECK (handles (&loop) == handles_before);
  uv_close ((uv_handle_t *)&timer, NULL);
  uv_run (&loop, UV_RUN_DEFAULT);
  CHECK (descriptors () <= descriptors_before);
  CHECK (uv_loop_close (&loop) == 0);
  free (text);
  return 0;
}
