/* The other end of two.c and server.c: sends (tag "n", number, text) to a port, as many as told, then waits. With one
 * more argument, so many a millisecond. */
#include "host.h"

static aemp_port *target;
static aemp_tag *tag;
static int64_t left;
static char text[65];

static void send_some (aemp_node *node, void *ud) {
  (void)ud;
  for (int i = 0; i < 500 && left > 0; i++, left--)
    CHECK (aemp_snd (node, target, AEMP_ARGS (aemp_tagged (tag), aemp_int (left), aemp_str (text))) == 0);
  if (left > 0) CHECK (aemp_when_drained (node, "first", send_some, NULL, NULL) == 0);
}

static int burst;
static void on_tick (uv_timer_t *timer) {
  for (int i = 0; i < burst && left > 0; i++, left--)
    CHECK (aemp_snd (timer->data, target, AEMP_ARGS (aemp_tagged (tag), aemp_int (left), aemp_str (text))) == 0);
}

int main (int argc, char **argv) {
  uv_loop_t loop;
  uv_timer_t timer;
  aemp_node *node;
  CHECK (argc >= 3);
  left = argc > 3 ? atoll (argv[3]) : 20000;
  memset (text, 'x', 64);
  CHECK (uv_loop_init (&loop) == 0);
  CHECK (aemp_attach (&loop, &node) == 0);
  join (node, "peer/%u", argv[1]);
  CHECK (aemp_node_ref (node) == 0);
  CHECK (aemp_port_of (argv[2], AEMP_CSTR, &target) == 0);
  CHECK (aemp_tag_new ("n", 1, &tag) == 0);
  if (argc > 4) {
    burst = atoi (argv[4]);
    uv_timer_init (&loop, &timer);
    timer.data = node;
    uv_timer_start (&timer, on_tick, 1, 1);
  } else {
    send_some (node, NULL);
  }
  uv_run (&loop, UV_RUN_DEFAULT);
  return 0;
}
