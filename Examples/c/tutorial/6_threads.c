/* Step 6 of the tutorial: another thread measures, and who reads too slowly misses values instead of filling the memory. */
#include <aemp_uv.h>
#include <stdio.h>
#include <string.h>

struct thermometer {
  uv_loop_t loop;
  uv_thread_t thread;
  aemp_node *node;
  aemp_port *port;
  aemp_port *reader;
  char reader_node[256];
  int sent, left_out;
};

/* In the other thread. Node and port live until this has returned, since main waits for it. */
static void measuring (void *ud) {
  struct thermometer *t = ud;
  for (int i = 0; i < 5; i++)
    if (aemp_post_snd (t->node, t->port, AEMP_ARGS (aemp_str ("measured"), aemp_double (20 + 0.5 * i)))) return;
  aemp_post_snd (t->node, t->port, AEMP_ARGS (aemp_str ("end")));
}

/* On the loop's thread: passes a value on, unless too much waits for the reader's node already. */
static void measured (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  struct thermometer *t = ud;
  double celsius;

  if (aemp_msg_get (msg, "d.", &celsius)) return;
  if (aemp_queued_bytes (node, t->reader_node) > 65536) t->left_out++;
  else if (!aemp_snd (node, t->reader, AEMP_ARGS (aemp_str ("celsius"), aemp_double (celsius)))) t->sent++;
}

static void drained (aemp_node *node, void *ud) {
  struct thermometer *t = ud;
  printf ("sent %d, left out %d\n", t->sent, t->left_out);
  aemp_node_close (node, 1000, NULL, NULL);
}

/* When all has been handed to the kernel, or the reader is gone. */
static void end (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  struct thermometer *t = ud;
  aemp_when_drained (node, t->reader_node, drained, t, NULL);
}

/* The reader is a port of this program here; it may be anywhere. */
static void show (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  double celsius;
  if (!aemp_msg_get (msg, "d", &celsius)) printf ("%.1f\n", celsius);
}

/* Joins the network; 0, or what went wrong. */
static int join (struct thermometer *t) {
  aemp_options options = { .size = sizeof options };
  int error;

  options.flags = AEMP_KEEP_ALIVE;
  options.nodeid = "thermometer";
  options.settings = "{\"secret\": \"an example, so nothing secret\", \"max_queue\": 1048576}";

  if ((error = aemp_attach (&t->loop, &t->node))) return error;
  if ((error = aemp_configure (t->node, &options, NULL, NULL, NULL))) return error;
  if ((error = aemp_port_new (t->node, &t->port))) return error;
  if ((error = aemp_port_new (t->node, &t->reader))) return error;
  if ((error = aemp_rcv (t->node, t->port, "measured", measured, t, NULL))) return error;
  if ((error = aemp_rcv (t->node, t->port, "end", end, t, NULL))) return error;
  return aemp_rcv (t->node, t->reader, "celsius", show, t, NULL);
}

int main (void) {
  struct thermometer t = { .sent = 0 };

  uv_loop_init (&t.loop);
  if (join (&t)) {
    fprintf (stderr, "%s\n", aemp_last_error ());
    return 1;
  }
  /* A port's id is its node's, "#", and a name. */
  const char *id = aemp_port_id (t.reader, NULL);
  snprintf (t.reader_node, sizeof t.reader_node, "%.*s", (int)strcspn (id, "#"), id);

  uv_thread_create (&t.thread, measuring, &t);
  uv_run (&t.loop, UV_RUN_DEFAULT);
  uv_thread_join (&t.thread);

  aemp_port_release (t.reader);
  aemp_port_release (t.port);
  aemp_node_release (t.node);
  return uv_loop_close (&t.loop) ? 1 : 0;
}
