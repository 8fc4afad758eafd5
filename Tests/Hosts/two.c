/* Two nodes on one loop talk; then one that is stopped in the middle of a write, and a thousand reconnects. */
#include "host.h"
#include <signal.h>
#include <sys/wait.h>

static int64_t sum, messages;
static int up, down, closed;

static void on_message (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  const char *text;
  (void)node; (void)self; (void)ud;
  CHECK (aemp_msg_get (msg, "i?s", &number, &text) == 0);
  sum += number;
  messages++;
}
static void on_node (aemp_node *node, const char *id, int is_up, const aemp_msg *reason, void *ud) {
  (void)node; (void)id; (void)reason; (void)ud;
  if (is_up) up++; else down++;
}
static void on_closed (aemp_node *node, void *ud) { (void)node; (void)ud; closed++; }

int main (int argc, char **argv) {
  int rounds = argc > 1 ? atoi (argv[1]) : 1000;
  uv_loop_t loop;
  aemp_node *first, *second;
  aemp_port *port, *remote;
  aemp_tag *tag;
  CHECK (uv_loop_init (&loop) == 0);
  CHECK (aemp_attach (&loop, &first) == 0);
  join (first, "first", NULL);
  CHECK (aemp_node_ref (first) == 0);
  CHECK (aemp_port_new (first, &port) == 0);
  CHECK (aemp_tag_new ("n", 1, &tag) == 0);
  CHECK (aemp_rcv (first, port, "n", on_message, NULL, NULL) == 0);
  CHECK (aemp_mon_nodes (first, on_node, NULL, NULL, NULL) == 0);
  char address[64];
  snprintf (address, sizeof address, "%s", address_of (first));
  int before = handles (&loop);

  /* Every life of the second one is another node, which connects, sends, and goes. */
  for (int i = 0; i < rounds; i++) {
    char id[32];
    snprintf (id, sizeof id, "second/%d", i);
    CHECK (aemp_attach (&loop, &second) == 0);
    join (second, id, address);
    CHECK (aemp_port_of (aemp_port_id (port, NULL), AEMP_CSTR, &remote) == 0);
    while (up <= i || !aemp_node_is_up (second, "first")) uv_run (&loop, UV_RUN_ONCE);
    for (int j = 0; j < 10; j++)
      CHECK (aemp_snd (second, remote, AEMP_ARGS (aemp_tagged (tag), aemp_int (j))) == 0);
    /* What was sent arrives before the end. */
    CHECK (aemp_node_close (second, 2000, on_closed, NULL) == 0);
    while (closed <= i || down <= i) uv_run (&loop, UV_RUN_ONCE);
    CHECK (messages == 10 * (i + 1));
    aemp_port_release (remote);
    aemp_node_release (second);
  }
  CHECK (sum == 45 * rounds);
  CHECK (handles (&loop) - before <= 1);

  /* Another process gets more than its sockets take, and is stopped meanwhile. */
  pid_t child = fork ();
  if (child == 0) {
    char program[256];
    ssize_t n = readlink ("/proc/self/exe", program, sizeof program - 1);
    program[n > 0 ? n : 0] = 0;
    char *slash = strrchr (program, '/');
    strcpy (slash + 1, "peer");
    execl (program, "peer", address, aemp_port_id (port, NULL), (char *)0);
    _exit (127);
  }
  messages = 0;
  while (messages < 100) uv_run (&loop, UV_RUN_ONCE);
  kill (child, SIGSTOP);
  for (int i = 0; i < 50; i++) uv_run (&loop, UV_RUN_NOWAIT);
  kill (child, SIGCONT);
  while (messages < 20000) uv_run (&loop, UV_RUN_ONCE);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  while (down <= rounds) uv_run (&loop, UV_RUN_ONCE);

  closed = 0;
  CHECK (aemp_node_close (first, 0, on_closed, NULL) == 0);
  while (!closed) uv_run (&loop, UV_RUN_ONCE);
  aemp_tag_release (tag);
  aemp_port_release (port);
  aemp_node_release (first);
  CHECK (uv_run (&loop, UV_RUN_DEFAULT) == 0);
  CHECK (uv_loop_close (&loop) == 0);
  printf ("%d connections and %lld messages\n", rounds + 1, (long long)messages);
  return 0;
}
