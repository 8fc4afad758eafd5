/* What the tests of aemp.h do in C, because Swift cannot: variable arguments, macros, and aemp_attach. */
#ifndef CAEMPTESTING_H
#define CAEMPTESTING_H

#include "aemp.h"
#include "aemp_uv.h"

/* Attaches to a loop as a C program does. */
int aempt_attach (uv_loop_t *loop, aemp_node **out);
/* The same with a table of another libuv: the function at `index` is another one. */
int aempt_attach_foreign (uv_loop_t *loop, size_t index, aemp_node **out);

/* aemp_msg_get by formats that take up to four pointers, which get any memory. */
int aempt_get (const aemp_msg *msg, const char *format, void *a, void *b, void *c, void *d, void *e);

/* Sends ["tag", 1, "two", 3.5, {"four": [5]}] with the macro. */
int aempt_send_some (aemp_node *node, aemp_port *port, const char *tag);

/* Calls every function that the header at this path declares: with what is right, with NULL, on another thread, of a node
 * that is closing or closed, in the child of a fork (if that is wanted), with another node's port, with sizes that make no
 * sense. How many they are, or -1; then the report says in lines what was answered wrongly. */
int aempt_every (const char *header, int forks, char *report, size_t size);

#endif
