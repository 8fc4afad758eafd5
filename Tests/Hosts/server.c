/* A program with its own TCP server and a timer of 1 ms, alone and while messages come in: how late the timer is, which is
 * told, and, which must hold on any machine, how much a node does in one turn of the loop. */
#define _GNU_SOURCE
#include "host.h"
#include <signal.h>
#include <sys/wait.h>

enum { TICKS = 2000 };
static double late[TICKS];
static int ticks;
static uint64_t due;
static int64_t messages;
static int echoed, closed;
/* A node reads once in a turn, at most 256 KiB, and a message has more than 64 bytes. */
enum { MOST_IN_A_TURN = 8192 };
static int64_t before_turn, most_in_a_turn;
static int turns_due, most_turns_due;

static void on_turn (uv_prepare_t *prepare) {
  int64_t count = messages - before_turn;
  if (count > most_in_a_turn) most_in_a_turn = count;
  before_turn = messages;
  /* How often the loop went on although the timer was due. */
  turns_due = uv_timer_get_due_in (prepare->data) == 0 ? turns_due + 1 : 0;
  if (turns_due > most_turns_due) most_turns_due = turns_due;
}
static void on_tick (uv_timer_t *timer) {
  uint64_t now = uv_hrtime ();
  if (ticks < TICKS) late[ticks++] = now > due ? (double)(now - due) / 1e6 : 0;
  uv_update_time (timer->loop);
  due = uv_hrtime () + 1000000;
  uv_timer_start (timer, on_tick, 1, 0);
}
static int order (const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}
/* The 99th percentile of the timer's lateness, ms. */
static double lateness (uv_loop_t *loop) {
  ticks = 0;
  while (ticks < TICKS) uv_run (loop, UV_RUN_ONCE);
  qsort (late, TICKS, sizeof *late, order);
  return late[TICKS * 99 / 100];
}

static void on_message (aemp_node *node, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  (void)node; (void)self; (void)ud;
  if (!aemp_msg_get (msg, "i", &number)) messages++;
}
static void on_closed (aemp_node *node, void *ud) { (void)node; (void)ud; closed = 1; }

/* The host's own server: it echoes. */
static void allocate (uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
  static char memory[65536];
  (void)handle; (void)size;
  *buffer = uv_buf_init (memory, sizeof memory);
}
static void on_read (uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
  if (count > 0) {
    uv_buf_t answer = uv_buf_init (buffer->base, (unsigned)count);
    uv_try_write (stream, &answer, 1);
  } else if (count < 0) {
    uv_close ((uv_handle_t *)stream, (uv_close_cb)free);
  }
}
static void on_connection (uv_stream_t *server, int status) {
  CHECK (status == 0);
  uv_tcp_t *client = malloc (sizeof *client);
  uv_tcp_init (server->loop, client);
  CHECK (uv_accept (server, (uv_stream_t *)client) == 0);
  uv_read_start ((uv_stream_t *)client, allocate, on_read);
}
static void on_echo (uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
  (void)buffer;
  if (count > 0) echoed++;
  uv_read_stop (stream);
}
static void on_connected (uv_connect_t *request, int status) {
  CHECK (status == 0);
  uv_buf_t text = uv_buf_init ((char *)"hello", 5);
  CHECK (uv_try_write (request->handle, &text, 1) == 5);
  uv_read_start (request->handle, allocate, on_echo);
}

int main (int argc, char **argv) {
  CHECK (argc > 1);
  uv_loop_t loop;
  uv_timer_t timer;
  uv_prepare_t turn;
  uv_tcp_t server, client;
  uv_connect_t request;
  struct sockaddr_in address;
  struct sockaddr_storage bound;
  int length = sizeof bound;
  CHECK (uv_loop_init (&loop) == 0);
  uv_timer_init (&loop, &timer);
  uv_prepare_init (&loop, &turn);
  turn.data = &timer;
  uv_prepare_start (&turn, on_turn);
  uv_tcp_init (&loop, &server);
  uv_tcp_init (&loop, &client);
  uv_ip4_addr ("127.0.0.1", 0, &address);
  CHECK (uv_tcp_bind (&server, (struct sockaddr *)&address, 0) == 0);
  CHECK (uv_listen ((uv_stream_t *)&server, 16, on_connection) == 0);
  uv_tcp_getsockname (&server, (struct sockaddr *)&bound, &length);
  due = uv_hrtime () + 1000000;
  uv_timer_start (&timer, on_tick, 1, 0);
  double alone = lateness (&loop);

  aemp_node *node;
  aemp_port *port;
  CHECK (aemp_attach (&loop, &node) == 0);
  join (node, "first", NULL);
  CHECK (aemp_port_new (node, &port) == 0);
  CHECK (aemp_rcv (node, port, "n", on_message, NULL, NULL) == 0);
  const char *listener = address_of (node);
  pid_t child = fork ();
  if (child == 0) {
    execl (argv[1], "peer", listener, aemp_port_id (port, NULL), "100000000", "100", (char *)0);
    _exit (127);
  }
  while (messages < 1000) uv_run (&loop, UV_RUN_ONCE);
  uint64_t start = uv_hrtime ();
  int64_t first = messages;
  double busy = lateness (&loop);
  double rate = (double)(messages - first) / ((double)(uv_hrtime () - start) / 1e9);
  CHECK (uv_tcp_connect (&request, &client, (struct sockaddr *)&bound, on_connected) == 0);
  while (!echoed) uv_run (&loop, UV_RUN_ONCE);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  printf ("lateness of a 1 ms timer, 99th percentile: %.2f ms alone, %.2f ms with %.0f messages/s\n", alone, busy, rate);

  /* As many as the other process can send. */
  child = fork ();
  if (child == 0) {
    execl (argv[1], "peer", listener, aemp_port_id (port, NULL), "100000000", (char *)0);
    _exit (127);
  }
  first = messages;
  while (messages - first < 100000) uv_run (&loop, UV_RUN_ONCE);
  ticks = 0;
  while (ticks < 100) uv_run (&loop, UV_RUN_ONCE);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  printf ("at most %lld messages in a turn of the loop\n", (long long)most_in_a_turn);
  CHECK (most_in_a_turn <= MOST_IN_A_TURN);
  CHECK (most_turns_due <= 1);

  CHECK (aemp_node_close (node, 0, on_closed, NULL) == 0);
  while (!closed) uv_run (&loop, UV_RUN_ONCE);
  aemp_port_release (port);
  aemp_node_release (node);
  uv_close ((uv_handle_t *)&timer, NULL);
  uv_close ((uv_handle_t *)&turn, NULL);
  uv_close ((uv_handle_t *)&server, NULL);
  uv_close ((uv_handle_t *)&client, NULL);
  uv_run (&loop, UV_RUN_DEFAULT);
  CHECK (uv_loop_close (&loop) == 0);
  return 0;
}
