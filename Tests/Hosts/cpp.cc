// The same in C++: lists of arguments, and exceptions that stay inside of callbacks.
#include "host.h"
#include <memory>
#include <stdexcept>
#include <string>

struct Answer {
  std::string text;
  int freed = 0;
};

int main () {
  uv_loop_t loop;
  CHECK (uv_loop_init (&loop) == 0);
  for (int i = 0; i < 100; i++) {
    aemp_node *raw;
    CHECK (aemp_attach (&loop, &raw) == 0);
    std::unique_ptr<aemp_node, void (*) (aemp_node *)> node (raw, aemp_node_release);
    join (raw, "cpp/%u", nullptr);
    aemp_port *port;
    CHECK (aemp_port_new (raw, &port) == 0);
    Answer answer;
    CHECK (aemp_rcv (
             raw, port, "add",
             [] (aemp_node *n, aemp_port *, const aemp_msg *msg, void *) {
               int64_t a, b;
               aemp_port *reply;
               try {
                 if (aemp_msg_get (msg, "iip", &a, &b, &reply)) throw std::runtime_error (aemp_last_error ());
                 CHECK (aemp_snd (n, reply, { aemp_str ("sum"), aemp_int (a + b) }) == 0);
                 aemp_port_release (reply);
               } catch (const std::exception &e) {
                 aemp_die (n, e.what ());
               }
             },
             nullptr, nullptr) == 0);
    CHECK (aemp_cal (
             raw, port, 10.0, { aemp_str ("add"), aemp_int (i), aemp_int (2) },
             [] (aemp_node *, const aemp_msg *reply, void *ud) {
               const char *word;
               int64_t sum;
               CHECK (aemp_msg_get (reply, "si", &word, &sum) == 0);
               static_cast<Answer *> (ud)->text = word + std::to_string (sum);
             },
             &answer, [] (void *ud) { static_cast<Answer *> (ud)->freed++; }) == 0);
    int died = 0;
    CHECK (aemp_mon (
             raw, port, [] (aemp_node *, const aemp_msg *reason, void *ud) {
               const char *word, *text;
               CHECK (aemp_msg_get (reason, "ss", &word, &text) == 0);
               CHECK (!strcmp (word, "die") && strstr (text, "value 0 should be an integer"));
               *static_cast<int *> (ud) = 1;
             },
             &died, nullptr, nullptr) == 0);
    CHECK (aemp_node_ref (raw) == 0);
    while (!answer.freed) uv_run (&loop, UV_RUN_ONCE);
    CHECK (answer.text == "sum" + std::to_string (i + 2));
    CHECK (aemp_snd (raw, port, { aemp_str ("add"), aemp_str ("one"), aemp_bytes ("\0\1", 2) }) == 0);
    while (!died) uv_run (&loop, UV_RUN_ONCE);
    aemp_port_release (port);
    CHECK (aemp_node_close (raw, 0, nullptr, nullptr) == 0);
    while (!aemp_node_is_closed (raw)) uv_run (&loop, UV_RUN_ONCE);
  }
  CHECK (uv_run (&loop, UV_RUN_DEFAULT) == 0);
  CHECK (uv_loop_close (&loop) == 0);
  return 0;
}
