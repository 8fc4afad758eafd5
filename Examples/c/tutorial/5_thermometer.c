/* Step 5 of the tutorial: a thermometer that others find. The signal TERM ends it in order. */
#include <aemp_uv.h>
#include <stdio.h>

struct thermometer {
  uv_loop_t loop;
  uv_signal_t term;
  aemp_node *node;
  aemp_port *port;
};

static void closed (aemp_node *node, void *ud) {
  puts ("the node is closed");
}

/* What was sent gets a second to arrive; the signal handler is the program's own. */
static void finish (uv_signal_t *signal, int number) {
  struct thermometer *t = signal->data;
  uv_close ((uv_handle_t *)signal, NULL);
  aemp_node_close (t->node, 1000, closed, NULL);
}

/* Messages ["read", unit, port]. The answer is one value, a hash. */
static void read_it (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  const char *unit;
  aemp_port *reply;

  if (aemp_msg_get (msg, "sp.", &unit, &reply)) {
    aemp_die (node, aemp_last_error ());
    return;
  }
  aemp_snd (node, reply, AEMP_ARGS (aemp_json ("{\"place\": \"roof\", \"degrees\": [20, 20.5, 21], \"broken\": false}")));
  aemp_port_release (reply);
}

/* Where does it listen? The status of a node is a hash, and "binds" in it an array. */
static void print_address (struct thermometer *t) {
  aemp_value *status;

  if (aemp_status (t->node, &status)) return;
  const aemp_value *binds = aemp_value_key (status, "binds", AEMP_CSTR);
  const char *address = aemp_value_str (aemp_value_index (binds, 0), NULL);
  printf ("listening on %s\n", address ? address : "nothing");
  fflush (stdout);
  aemp_value_release (status);
}

/* Joins the network; 0, or what went wrong. */
static int join (struct thermometer *t) {
  const char *binds[] = { "127.0.0.1:*", NULL };
  aemp_options options = { .size = sizeof options };
  int error;

  options.nodeid = "thermometer/%u";
  options.binds = binds;
  options.settings = "{\"secret\": \"an example, so nothing secret\", \"max_queue\": 1048576}";

  if ((error = aemp_attach (&t->loop, &t->node))) return error;
  if ((error = aemp_configure (t->node, &options, NULL, NULL, NULL))) return error;
  if ((error = aemp_port_new (t->node, &t->port))) return error;
  if ((error = aemp_rcv (t->node, t->port, "read", read_it, t, NULL))) return error;
  return aemp_db_reg (t->node, "thermometers", t->port, NULL, NULL);
}

int main (void) {
  struct thermometer t = { .node = NULL };

  uv_loop_init (&t.loop);
  if (join (&t)) {
    fprintf (stderr, "%s\n", aemp_last_error ());
    return 1;
  }

  uv_signal_init (&t.loop, &t.term);
  t.term.data = &t;
  uv_signal_start (&t.term, finish, SIGTERM);

  print_address (&t);
  uv_run (&t.loop, UV_RUN_DEFAULT);
  aemp_port_release (t.port);
  aemp_node_release (t.node);
  return uv_loop_close (&t.loop) ? 1 : 0;
}
