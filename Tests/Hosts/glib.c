/* A program on GLib's main loop, which has no libuv: the node is pumped. */
#include <aemp.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

static GMainLoop *loop;
static aemp_node *node;
static int got;

typedef struct {
  GSource source;
  gpointer fd;
} Pump;

static gboolean prepare (GSource *source, gint *timeout) {
  gint64 ready = g_source_get_ready_time (source);
  (void)timeout;
  return ready >= 0 && ready <= g_get_monotonic_time ();
}
static gboolean check (GSource *source) {
  return g_source_query_unix_fd (source, ((Pump *)source)->fd) != 0 || prepare (source, NULL);
}
static gboolean dispatch (GSource *source, GSourceFunc callback, gpointer data) {
  int timeout;
  (void)callback; (void)data;
  if (aemp_pump_step (node, &timeout) || aemp_node_is_closed (node)) return G_SOURCE_REMOVE;
  g_source_set_ready_time (source, timeout < 0 ? -1 : g_get_monotonic_time () + timeout * 1000);
  return G_SOURCE_CONTINUE;
}
static GSourceFuncs functions = { prepare, check, dispatch, NULL, NULL, NULL };

static void on_closed (aemp_node *n, void *ud) {
  (void)n;
  g_source_remove_unix_fd (ud, ((Pump *)ud)->fd);
  g_main_loop_quit (loop);
}
static void on_message (aemp_node *n, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  (void)self;
  if (aemp_msg_get (msg, "i", &number)) exit (1);
  got += (int)number;
  if (aemp_node_close (n, 0, on_closed, ud)) exit (1);
}
static gboolean send_it (gpointer port) {
  return aemp_snd (node, port, AEMP_ARGS (aemp_str ("n"), aemp_int (5))) ? exit (1), FALSE : G_SOURCE_REMOVE;
}

int main (void) {
  int fd;
  aemp_port *port;
  loop = g_main_loop_new (NULL, FALSE);
  if (aemp_pump_new (&node, &fd)) {
    printf ("%s\n", aemp_last_error ());
    return 1;
  }
  GSource *source = g_source_new (&functions, sizeof (Pump));
  ((Pump *)source)->fd = g_source_add_unix_fd (source, fd, G_IO_IN);
  g_source_set_ready_time (source, 0);
  g_source_attach (source, NULL);
  if (aemp_configure (node, NULL, NULL, NULL, NULL) || aemp_port_new (node, &port)) return 1;
  if (aemp_rcv (node, port, "n", on_message, source, NULL)) return 1;
  g_timeout_add (20, send_it, port);
  g_main_loop_run (loop);
  aemp_port_release (port);
  aemp_node_release (node);
  g_source_unref (source);
  g_main_loop_unref (loop);
  return got == 5 ? 0 : 1;
}
