/* The smallest whole program: a node that greets whoever sends ["hello", name, port]. Its id and port are printed;
 * an empty line of input ends it. Build it with
 *   cc hello.c $(pkg-config --cflags --libs aemp) -o hello
 */
#include <aemp_uv.h>
#include <stdio.h>

static void hello (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  const char *name;
  aemp_port *reply;
  (void)self; (void)ud;
  if (aemp_msg_get (msg, "s?p", &name, &reply)) {
    aemp_die (node, aemp_last_error ());
    return;
  }
  printf ("hello, %s\n", name);
  fflush (stdout);
  if (reply) aemp_snd (node, reply, AEMP_ARGS (aemp_str ("hello yourself")));
  aemp_port_release (reply);
}

static void end (uv_poll_t *input, int status, int events) {
  aemp_node *node = input->data;
  (void)status; (void)events;
  uv_close ((uv_handle_t *)input, NULL);
  aemp_node_close (node, 2000, NULL, NULL); /* what was sent gets two seconds to arrive */
}

int main (int argc, char **argv) {
  const char *binds[] = { "127.0.0.1:*", NULL };
  const char *seeds[] = { argc > 1 ? argv[1] : NULL, NULL };
  aemp_options options = { .size = sizeof options };
  aemp_node *node;
  aemp_port *port;
  uv_poll_t input;
  uv_loop_t *loop = uv_default_loop ();

  options.nodeid = "hello/%u";
  options.binds = binds;
  options.seeds = seeds;
  options.settings = "{\"secret\": \"an example, so nothing secret\"}";
  if (aemp_attach (loop, &node) || aemp_configure (node, &options, NULL, NULL, NULL)
      || aemp_port_new (node, &port) || aemp_rcv (node, port, "hello", hello, NULL, NULL)) {
    fprintf (stderr, "%s\n", aemp_last_error ());
    return 1;
  }
  printf ("%s\n", aemp_port_id (port, NULL));
  fflush (stdout);
  uv_poll_init (loop, &input, 0);
  input.data = node;
  uv_poll_start (&input, UV_READABLE, end);

  uv_run (loop, UV_RUN_DEFAULT);
  aemp_port_release (port);
  aemp_node_release (node);
  return uv_loop_close (loop) ? 1 : 0;
}
