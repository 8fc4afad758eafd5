/* One workload of the C library a run, with the words and the line of JSON of aemp-bench:
 *   oneway COUNT, recv ADDRESS COUNT, send ADDRESS PORT COUNT, life COUNT, size
 */
#include <aemp_uv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uv_loop_t loop;
static aemp_node *node;
static aemp_port *port;
static aemp_tag *tag;
static int64_t count, received, sent;
static uint64_t start;
static char peer[256];

static void need (int status) {
  if (status) {
    fprintf (stderr, "%s\n", aemp_last_error ());
    exit (1);
  }
}
static void need_uv (int status) {
  if (status) {
    fprintf (stderr, "%s\n", uv_strerror (status));
    exit (1);
  }
}
static void report (const char *role, const char *key, double value) {
  printf ("{\"role\":\"%s\",\"%s\":%.3f}\n", role, key, value);
  fflush (stdout);
}
static double rate (int64_t n) { return (double)n / ((double)(uv_hrtime () - start) / 1e9); }

static void join (const char *id, const char *bind, const char *seed) {
  const char *binds[] = { bind, NULL }, *seeds[] = { seed, NULL };
  char settings[400];
  const char *secret = getenv ("AEMP_BENCH_SECRET");
  aemp_options options = { .size = sizeof options };
  snprintf (settings, sizeof settings,
            "{\"secret\":\"%s\",\"auth_offer\":[\"hmac_sha3_512\"],\"auth_accept\":[\"hmac_sha3_512\"]}",
            secret ? secret : "bench");
  options.nodeid = id;
  options.binds = binds;
  options.seeds = seeds;
  options.settings = settings;
  need (aemp_configure (node, &options, NULL, NULL, NULL));
}

static void on_message (aemp_node *n, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  (void)n; (void)self; (void)ud;
  if (aemp_msg_get (msg, "i", &number)) exit (1);
  if (++received == 1) start = uv_hrtime ();
  if (received == count) {
    report ("recv", "rate", rate (count - 1));
    uv_stop (&loop);
  }
}

/* Local messages are sent in parts, so that they do not all lie in memory. */
static void oneway (void) {
  while (received < count) {
    for (int i = 0; i < 1000; i++) {
      aemp_arg message[2] = { aemp_tagged (tag), aemp_int (i) };
      need (aemp_snd (node, port, message, 2));
    }
    int64_t wanted = received + 1000;
    while (received < wanted && received < count) uv_run (&loop, UV_RUN_NOWAIT);
  }
}

static void send_some (aemp_node *n, void *ud) {
  aemp_port *to = ud;
  int64_t end = sent + 4096 < count ? sent + 4096 : count;
  while (sent < end && aemp_queued_bytes (n, peer) < 256 << 10)
    for (int i = 0; i < 256 && sent < end; i++, sent++)
      need (aemp_snd (n, to, AEMP_ARGS (aemp_tagged (tag), aemp_int (1000000000 + sent))));
  if (sent < count) need (aemp_when_drained (n, peer, send_some, to, NULL));
}
static void on_node (aemp_node *n, const char *id, int is_up, const aemp_msg *reason, void *ud) {
  (void)reason;
  if (is_up && !strcmp (id, peer)) send_some (n, ud);
}
static void on_input (uv_poll_t *input, int status, int events) {
  (void)status; (void)events;
  uv_stop (input->loop);
}

/* One life of a node without a seed. */
static void life (void) {
  need (aemp_attach (&loop, &node));
  need (aemp_configure (node, NULL, NULL, NULL, NULL));
  need (aemp_node_close (node, 0, NULL, NULL));
  while (!aemp_node_is_closed (node)) uv_run (&loop, UV_RUN_ONCE);
  aemp_node_release (node);
}
static long resident (void) {
  long size = 0, pages = 0;
  FILE *file = fopen ("/proc/self/statm", "r");
  if (!file || fscanf (file, "%ld %ld", &size, &pages) != 2) return 0;
  fclose (file);
  return pages * sysconf (_SC_PAGESIZE);
}

int main (int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  uv_poll_t input;
  need_uv (uv_loop_init (&loop));
  need (aemp_tag_new ("test", AEMP_CSTR, &tag));
  if (!strcmp (what, "life")) {
    count = atoll (argv[2]);
    for (int i = 0; i < 100; i++) life ();
    start = uv_hrtime ();
    for (int i = 0; i < count; i++) life ();
    report ("one", "us", 1e6 / rate (count));
    return 0;
  }
  need (aemp_attach (&loop, &node));
  need (aemp_node_ref (node));
  if (!strcmp (what, "send")) {
    snprintf (peer, sizeof peer, "%.*s", (int)strcspn (argv[3], "#"), argv[3]);
    count = atoll (argv[4]);
    join ("sender/%u", NULL, argv[2]);
    need (aemp_port_of (argv[3], AEMP_CSTR, &port));
    need (aemp_mon_nodes (node, on_node, port, NULL, NULL));
  } else {
    need (aemp_port_new (node, &port));
    need (aemp_rcv (node, port, "test", on_message, NULL, NULL));
    if (!strcmp (what, "oneway")) {
      count = atoll (argv[2]);
      oneway ();
      return 0;
    }
    if (!strcmp (what, "size")) {
      need (aemp_configure (node, NULL, NULL, NULL, NULL));
      for (int i = 0; i < 10; i++) uv_run (&loop, UV_RUN_NOWAIT);
      report ("one", "bytes", (double)resident ());
      return 0;
    }
    count = atoll (argv[3]);
    join ("server", argv[2], NULL);
    printf ("READY %s\n", aemp_port_id (port, NULL));
    fflush (stdout);
  }
  need_uv (uv_poll_init (&loop, &input, 0));
  need_uv (uv_poll_start (&input, UV_READABLE, on_input));
  uv_run (&loop, UV_RUN_DEFAULT);
  return 0;
}
