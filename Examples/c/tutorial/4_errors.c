/* Step 4 of the tutorial: what can go wrong, where it shows, and what is told of the end of a port. */
#include <aemp_uv.h>
#include <stdio.h>

static uv_loop_t loop;
static aemp_node *node;

/* Messages ["read", unit, port]. */
static void read_it (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  const char *unit;
  aemp_port *reply;

  if (aemp_msg_get (msg, "sp.", &unit, &reply)) {
    aemp_die (node, aemp_last_error ());
    return;
  }
  aemp_snd (node, reply, AEMP_ARGS (aemp_double (20)));
  aemp_port_release (reply);
}

static void ended (aemp_node *node, const aemp_msg *reason, void *ud) {
  const char *word, *text;

  if (!aemp_msg_count (reason)) printf ("%s has ended normally\n", (const char *)ud);
  else if (!aemp_msg_get (reason, "s?s", &word, &text))
    printf ("%s has ended: %s, %s\n", (const char *)ud, word, text ? text : "");
}

static void counted (void *ud) {
  ++*(int *)ud;
}

static void nothing (aemp_node *node, const aemp_msg *reply, void *ud) {
  printf ("after the time: %zu values\n", aemp_msg_count (reply));
  aemp_node_close (node, 0, NULL, NULL);
}

static void elsewhere (void *port) {
  if (aemp_snd (node, port, AEMP_ARGS (aemp_str ("read"))) == AEMP_ETHREAD) puts ("AEMP_ETHREAD");
}

int main (void) {
  const char *wrong[] = { "127.0.0.1:port", NULL };
  const char *binds[] = { "127.0.0.1:*", NULL };
  aemp_options options = { .size = sizeof options };
  aemp_port *port, *other;
  uv_thread_t thread;
  int freed = 0;

  uv_loop_init (&loop);
  if (aemp_attach (&loop, &node)) return 1;

  /* A configuration that makes no sense changes nothing: correct it, and call again. */
  options.nodeid = "thermometer";
  options.binds = wrong;
  options.settings = "{\"secret\": \"an example, so nothing secret\"}";
  if (aemp_configure (node, &options, NULL, NULL, NULL) == AEMP_ECONFIG) printf ("%s\n", aemp_last_error ());
  options.binds = binds;
  options.flags = AEMP_KEEP_ALIVE;
  if (aemp_configure (node, &options, NULL, NULL, NULL)) return 1;

  /* Monitors tell the end of a port, and why. */
  aemp_port_new (node, &port);
  aemp_rcv (node, port, "read", read_it, NULL, NULL);
  aemp_mon (node, port, ended, "the port", NULL, NULL);
  aemp_snd (node, port, AEMP_ARGS (aemp_str ("read"), aemp_str ("C")));

  /* A port that does not exist: the monitor fires, too. */
  aemp_port_of ("thermometer#none", AEMP_CSTR, &other);
  aemp_mon (node, other, ended, "no port", NULL, NULL);

  /* It is another node's: receivers are set where the port is. */
  aemp_port_release (other);
  aemp_port_of ("elsewhere#port", AEMP_CSTR, &other);
  if (aemp_rcv (node, other, "read", read_it, &freed, counted) == AEMP_ENOTOURS) puts ("AEMP_ENOTOURS");

  /* The loop's thread is the only one that may call this. */
  uv_thread_create (&thread, elsewhere, port);
  uv_thread_join (&thread);

  /* Nobody answers: the callback gets an empty message when the time is over. */
  aemp_cal (node, other, 0.05, AEMP_ARGS (aemp_str ("read"), aemp_str ("C")), nothing, NULL, NULL);

  uv_run (&loop, UV_RUN_DEFAULT);
  printf ("freed: %d\n", freed);
  if (aemp_snd (node, port, AEMP_ARGS (aemp_str ("read"))) == AEMP_ECLOSED) puts ("AEMP_ECLOSED");
  aemp_port_release (port);
  aemp_port_release (other);
  aemp_node_release (node);
  return uv_loop_close (&loop) ? 1 : 0;
}
