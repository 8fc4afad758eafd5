/* Step 5 of the tutorial: a display finds a thermometer by way of a seed, asks it, and notices its end. */
#include <aemp_uv.h>
#include <stdio.h>

static void ended (aemp_node *node, const aemp_msg *reason, void *ud) {
  const char *word;
  if (!aemp_msg_get (reason, "s", &word)) printf ("the thermometer has ended: %s\n", word);
  aemp_node_close (node, 0, NULL, NULL);
}

static int print_element (const char *key, size_t len, const aemp_value *value, void *ud) {
  char *text;
  if (aemp_value_to_json (value, &text, NULL)) return 1;
  printf ("  %s: %s\n", key, text);
  aemp_free (text);
  return 0;
}

static void answered (aemp_node *node, const aemp_msg *reply, void *ud) {
  const aemp_value *value, *list;
  double sum = 0, degrees;

  if (aemp_msg_get (reply, "v", &value)) {
    puts ("no answer");
    return;
  }
  aemp_value_each (value, print_element, NULL);
  list = aemp_value_key (value, "degrees", AEMP_CSTR);
  for (size_t i = 0; i < aemp_value_count (list); i++)
    if (!aemp_value_double (aemp_value_index (list, i), &degrees)) sum += degrees;
  printf ("%.1f degrees on an average\n", aemp_value_count (list) ? sum / aemp_value_count (list) : 0);
  fflush (stdout);
}

/* What comes into the family, and goes. The keys are the ports' ids. */
static void changed (aemp_node *node, const aemp_value *family, const aemp_msg *added, const aemp_msg *changed,
                     const aemp_msg *deleted, void *ud) {
  for (size_t i = 0; i < aemp_msg_count (added); i++) {
    aemp_port *port;
    if (aemp_value_port (aemp_msg_at (added, i), &port)) continue;
    aemp_mon (node, port, ended, NULL, NULL, NULL);
    aemp_cal (node, port, 5, AEMP_ARGS (aemp_str ("read"), aemp_str ("C")), answered, NULL, NULL);
    aemp_port_release (port);
  }
}

int main (int argc, char **argv) {
  const char *binds[] = { NULL };
  const char *seeds[] = { argc > 1 ? argv[1] : NULL, NULL };
  aemp_options options = { .size = sizeof options };
  aemp_node *node;
  uv_loop_t loop;

  options.flags = AEMP_KEEP_ALIVE; /* nothing else lives on this loop */
  options.nodeid = "display/%u";
  options.binds = binds;
  options.seeds = seeds;
  options.settings = "{\"secret\": \"an example, so nothing secret\"}";

  uv_loop_init (&loop);
  if (aemp_attach (&loop, &node) || aemp_configure (node, &options, NULL, NULL, NULL)
      || aemp_db_mon (node, "thermometers", changed, NULL, NULL, NULL)) {
    fprintf (stderr, "%s\n", aemp_last_error ());
    return 1;
  }
  uv_run (&loop, UV_RUN_DEFAULT);
  aemp_node_release (node);
  return uv_loop_close (&loop) ? 1 : 0;
}
