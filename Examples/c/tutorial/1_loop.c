/* Step 1 of the tutorial: a program with a libuv loop, and nothing of ours. It measures something again and again. */
#include <stdio.h>
#include <uv.h>

struct thermometer {
  uv_loop_t loop;
  uv_timer_t timer;
  int readings;
  double celsius;
};

static void finish (struct thermometer *t) {
  uv_close ((uv_handle_t *)&t->timer, NULL);
}

static void measure (uv_timer_t *timer) {
  struct thermometer *t = timer->data;
  t->celsius = 20 + 0.5 * t->readings++;
  printf ("%.1f\n", t->celsius);
  if (t->readings == 4) finish (t);
}

int main (void) {
  struct thermometer t = { .readings = 0 };

  uv_loop_init (&t.loop);
  uv_timer_init (&t.loop, &t.timer);
  t.timer.data = &t;
  uv_timer_start (&t.timer, measure, 10, 10);

  uv_run (&t.loop, UV_RUN_DEFAULT);
  return uv_loop_close (&t.loop) ? 1 : 0;
}
