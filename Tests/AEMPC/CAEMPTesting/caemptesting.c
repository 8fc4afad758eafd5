#include "caemptesting.h"

int aempt_attach (uv_loop_t *loop, aemp_node **out) { return aemp_attach (loop, out); }

static void another (void) {}

int aempt_attach_foreign (uv_loop_t *loop, size_t index, aemp_node **out) {
#define F(name) (aemp_uv_function)name,
  aemp_uv_function functions[] = { AEMP_UV_FUNCTIONS (F) };
#undef F
  size_t count = sizeof functions / sizeof *functions;
  if (index < count) functions[index] = another;
  return aemp_attach_uv (loop, functions, count, uv_version (), out);
}

int aempt_get (const aemp_msg *msg, const char *format, void *a, void *b, void *c, void *d, void *e) {
  return aemp_msg_get (msg, format, a, b, c, d, e);
}

int aempt_send_some (aemp_node *node, aemp_port *port, const char *tag) {
  return aemp_snd (node, port,
                   AEMP_ARGS (aemp_str (tag), aemp_int (1), aemp_str ("two"), aemp_double (3.5),
                              aemp_json ("{\"four\":[5]}")));
}
