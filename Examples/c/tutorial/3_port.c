/* Step 3 of the tutorial: a port answers requests, and the program asks it. */
#include <aemp_uv.h>
#include <stdio.h>

struct thermometer {
  uv_loop_t loop;
  uv_timer_t timer;
  int readings;
  double celsius;
  aemp_node *node;
  aemp_port *port;
};

static void finish (struct thermometer *t) {
  uv_close ((uv_handle_t *)&t->timer, NULL);
  aemp_node_close (t->node, 1000, NULL, NULL);
}

/* Messages ["read", unit, port]. */
static void read_it (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  struct thermometer *t = ud;
  const char *unit;
  aemp_port *reply;

  if (aemp_msg_get (msg, "sp.", &unit, &reply)) {
    aemp_die (node, aemp_last_error ());
    return;
  }
  aemp_snd (node, reply, AEMP_ARGS (aemp_double (*unit == 'F' ? t->celsius * 1.8 + 32 : t->celsius)));
  aemp_port_release (reply);
}

static void answered (aemp_node *node, const aemp_msg *reply, void *ud) {
  double degrees;

  if (!aemp_msg_count (reply)) puts ("no answer");
  else if (!aemp_msg_get (reply, "d", &degrees)) printf ("it has %.1f degrees\n", degrees);
  finish (ud);
}

static void measure (uv_timer_t *timer) {
  struct thermometer *t = timer->data;
  t->celsius = 20 + 0.5 * t->readings++;
  if (t->readings == 4)
    aemp_cal (t->node, t->port, 5, AEMP_ARGS (aemp_str ("read"), aemp_str ("F")), answered, t, NULL);
}

static void logged (aemp_node *node, int level, const char *facility, const char *text, void *ud) {
  fprintf (stderr, "%s: %s\n", facility, text);
}

/* Joins the network; 0, or what went wrong. */
static int join (struct thermometer *t) {
  const char *binds[] = { "127.0.0.1:*", NULL };
  aemp_options options = { .size = sizeof options };
  int error;

  options.nodeid = "thermometer";
  options.binds = binds;
  options.settings = "{\"secret\": \"an example, so nothing secret\"}";

  if ((error = aemp_attach (&t->loop, &t->node))) return error;
  if ((error = aemp_on_log (t->node, 5, logged, NULL, NULL))) return error;
  if ((error = aemp_configure (t->node, &options, NULL, NULL, NULL))) return error;
  if ((error = aemp_port_new (t->node, &t->port))) return error;
  return aemp_rcv (t->node, t->port, "read", read_it, t, NULL);
}

int main (void) {
  struct thermometer t = { .readings = 0 };

  uv_loop_init (&t.loop);
  if (join (&t)) {
    fprintf (stderr, "%s\n", aemp_last_error ());
    return 1;
  }

  uv_timer_init (&t.loop, &t.timer);
  t.timer.data = &t;
  uv_timer_start (&t.timer, measure, 10, 10);

  uv_run (&t.loop, UV_RUN_DEFAULT);
  aemp_port_release (t.port);
  aemp_node_release (t.node);
  return uv_loop_close (&t.loop) ? 1 : 0;
}
