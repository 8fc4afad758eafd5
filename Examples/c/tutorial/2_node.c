/* Step 2 of the tutorial: the program is a node, and ends in order. */
#include <aemp_uv.h>
#include <stdio.h>

struct thermometer {
  uv_loop_t loop;
  uv_timer_t timer;
  int readings;
  double celsius;
  aemp_node *node;
};

static void closed (aemp_node *node, void *ud) {
  puts ("the node is closed");
}

static void finish (struct thermometer *t) {
  uv_close ((uv_handle_t *)&t->timer, NULL);
  aemp_node_close (t->node, 1000, closed, NULL);
}

static void measure (uv_timer_t *timer) {
  struct thermometer *t = timer->data;
  t->celsius = 20 + 0.5 * t->readings++;
  printf ("%.1f\n", t->celsius);
  if (t->readings == 4) finish (t);
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
  return aemp_configure (t->node, &options, NULL, NULL, NULL);
}

int main (void) {
  struct thermometer t = { .readings = 0 };

  uv_loop_init (&t.loop);
  if (join (&t)) {
    fprintf (stderr, "%s\n", aemp_last_error ());
    return 1;
  }
  printf ("the node is %s\n", aemp_node_id (t.node));

  uv_timer_init (&t.loop, &t.timer);
  t.timer.data = &t;
  uv_timer_start (&t.timer, measure, 10, 10);

  uv_run (&t.loop, UV_RUN_DEFAULT);
  aemp_node_release (t.node);
  return uv_loop_close (&t.loop) ? 1 : 0;
}
