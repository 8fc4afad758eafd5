/* A node of the scenarios in a C program, as its configuration file says: like the observer of aemp-cluster-node it registers
 * a port in the family "cluster", monitors those of the others, and tells, a line for each event:
 *
 *     <microseconds since 1970> <node id> port <port>      our port is this one
 *     <microseconds since 1970> <node id> up <port>        a monitored port answers
 *     <microseconds since 1970> <node id> down <port>      a monitor fired
 */
#include <aemp_uv.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { MEMBERS = 64, RETRY = 200 };

/* A port of another node. */
struct member {
  char *id;
  enum { GONE, MONITORED, UP, LOST } state;
  uv_timer_t retry;
};

static aemp_node *node;
static aemp_port *own;
static uv_loop_t loop;
static uv_signal_t ending;
static struct member members[MEMBERS];

static void must (int status) {
  if (!status) return;
  fprintf (stderr, "%s\n", aemp_last_error ());
  exit (1);
}
static void tell (const char *word, const char *port) {
  struct timeval now;
  gettimeofday (&now, NULL);
  printf ("%lld %s %s %s\n", (long long)now.tv_sec * 1000000 + now.tv_usec, aemp_node_id (node), word, port);
  fflush (stdout);
}

static void on_down (aemp_node *it, const aemp_msg *reason, void *ud);

/* Either it answers or the monitor fires. */
static void watch (struct member *member) {
  aemp_port *port;
  member->state = MONITORED;
  must (aemp_port_of (member->id, AEMP_CSTR, &port));
  must (aemp_mon (node, port, on_down, member, NULL, NULL));
  must (aemp_snd (node, port, AEMP_ARGS (aemp_str ("ping"), aemp_ref (own))));
  aemp_port_release (port);
}
static void on_retry (uv_timer_t *timer) {
  struct member *member = timer->data;
  if (member->state == LOST) watch (member);
}
static void on_down (aemp_node *it, const aemp_msg *reason, void *ud) {
  struct member *member = ud;
  (void)it; (void)reason;
  tell ("down", member->id);
  /* If it is in the family a little later, the connection was lost and not the port. */
  if (member->state == GONE) return;
  member->state = LOST;
  uv_timer_start (&member->retry, on_retry, RETRY, 0);
}
static struct member *member (const char *id) {
  for (int i = 0; i < MEMBERS; i++) {
    if (members[i].id && strcmp (members[i].id, id)) continue;
    if (!members[i].id) {
      members[i].id = strdup (id);
      uv_timer_init (&loop, &members[i].retry);
      members[i].retry.data = &members[i];
    }
    return &members[i];
  }
  fprintf (stderr, "There are more than %d ports.\n", MEMBERS);
  exit (1);
}
static void on_family (aemp_node *it, const aemp_value *family, const aemp_msg *added, const aemp_msg *changed,
                       const aemp_msg *deleted, void *ud) {
  const char *id;
  (void)it; (void)family; (void)changed; (void)ud;
  for (size_t i = 0; (id = aemp_value_str (aemp_msg_at (deleted, i), NULL)); i++)
    if (member (id)->state == LOST) member (id)->state = GONE;
  for (size_t i = 0; (id = aemp_value_str (aemp_msg_at (added, i), NULL)); i++) {
    if (!strcmp (id, aemp_port_id (own, NULL))) continue;
    if (member (id)->state == GONE) watch (member (id));
  }
}
static void on_ping (aemp_node *it, aemp_port *self, const aemp_msg *msg, void *ud) {
  aemp_port *reply;
  (void)ud;
  if (aemp_msg_get (msg, "p", &reply)) return;
  must (aemp_snd (it, reply, AEMP_ARGS (aemp_str ("pong"), aemp_ref (self))));
  aemp_port_release (reply);
}
static void on_pong (aemp_node *it, aemp_port *self, const aemp_msg *msg, void *ud) {
  const char *id;
  (void)it; (void)self; (void)ud;
  if (aemp_msg_get (msg, "s", &id) || member (id)->state != MONITORED) return;
  member (id)->state = UP;
  tell ("up", id);
}
static void on_other (aemp_node *it, aemp_port *self, const aemp_msg *msg, void *ud) {
  (void)it; (void)self; (void)msg; (void)ud;
}

/* Leaves: the others see it at once. */
static void on_closed (aemp_node *it, void *ud) {
  (void)ud;
  aemp_port_release (own);
  aemp_node_release (it);
  exit (0);
}
static void on_signal (uv_signal_t *it, int number) {
  (void)it; (void)number;
  must (aemp_node_close (node, 5000, on_closed, NULL));
}

int main (void) {
  aemp_options options = { sizeof options, AEMP_USE_FILE | AEMP_KEEP_ALIVE, 0, NULL, NULL, NULL, NULL, NULL };
  if (uv_loop_init (&loop)) return 1;
  must (aemp_attach (&loop, &node));
  must (aemp_configure (node, &options, NULL, NULL, NULL));
  must (aemp_port_new (node, &own));
  must (aemp_rcv (node, own, "ping", on_ping, NULL, NULL));
  must (aemp_rcv (node, own, "pong", on_pong, NULL, NULL));
  must (aemp_rcv (node, own, NULL, on_other, NULL, NULL));
  uv_signal_init (&loop, &ending);
  uv_signal_start (&ending, on_signal, SIGTERM);
  tell ("port", aemp_port_id (own, NULL));
  must (aemp_db_reg (node, "cluster", own, NULL, NULL));
  must (aemp_db_mon (node, "cluster", on_family, NULL, NULL, NULL));
  uv_run (&loop, UV_RUN_DEFAULT);
  return 1;
}
