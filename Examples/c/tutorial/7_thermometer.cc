// Step 7 of the tutorial: the same in C++. Handles are released by their owners, callbacks are lambdas, lists are lists.
#include <aemp_uv.h>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

struct Release {
  void operator() (aemp_node *node) const { aemp_node_release (node); }
  void operator() (aemp_port *port) const { aemp_port_release (port); }
};
using Node = std::unique_ptr<aemp_node, Release>;
using Port = std::unique_ptr<aemp_port, Release>;

static void check (int error) {
  if (error) throw std::runtime_error (aemp_last_error ());
}

class Thermometer {
 public:
  explicit Thermometer (uv_loop_t *loop) {
    aemp_node *node;
    aemp_port *port;
    check (aemp_attach (loop, &node));
    node_.reset (node);

    aemp_options options = {};
    options.size = sizeof options;
    options.flags = AEMP_KEEP_ALIVE;
    options.nodeid = "thermometer";
    options.settings = R"({"secret": "an example, so nothing secret"})";
    check (aemp_configure (node, &options, nullptr, nullptr, nullptr));
    check (aemp_port_new (node, &port));
    port_.reset (port);
    check (aemp_rcv (node, port, "read", read, this, nullptr));
  }

  void ask (const std::string &unit) {
    check (aemp_cal (node_.get (), port_.get (), 5, { aemp_str ("read"), aemp_strn (unit.data (), unit.size ()) },
                     [] (aemp_node *node, const aemp_msg *reply, void *) {
                       double degrees;
                       if (!aemp_msg_get (reply, "d", &degrees)) std::printf ("%.1f degrees\n", degrees);
                       aemp_node_close (node, 1000, nullptr, nullptr);
                     }));
  }

 private:
  // No exception may leave a callback.
  static void read (aemp_node *node, aemp_port *, const aemp_msg *msg, void *ud) noexcept {
    try {
      const char *unit;
      aemp_port *reply;
      check (aemp_msg_get (msg, "sp.", &unit, &reply));
      Port owner (reply);
      double celsius = static_cast<Thermometer *> (ud)->celsius_;
      check (aemp_snd (node, reply, { aemp_double (*unit == 'F' ? celsius * 1.8 + 32 : celsius) }));
    } catch (const std::exception &e) {
      aemp_die (node, e.what ());
    }
  }

  Node node_;
  Port port_;
  double celsius_ = 21.5;
};

int main () {
  uv_loop_t loop;
  uv_loop_init (&loop);
  try {
    Thermometer thermometer (&loop);
    thermometer.ask ("F");
    uv_run (&loop, UV_RUN_DEFAULT);
  } catch (const std::exception &e) {
    std::fprintf (stderr, "%s\n", e.what ());
    return 1;
  }
  return uv_loop_close (&loop) ? 1 : 0;
}
