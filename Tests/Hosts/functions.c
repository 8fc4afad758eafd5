/* Every function of aemp.h in every situation, in a process that may fork; the table is shared with the tests in Swift.
 * The argument is the header. */
#include "caemptesting.h"
#include <stdio.h>

int main (int argc, char **argv) {
  static char report[1 << 16];
  int count = argc > 1 ? aempt_every (argv[1], 1, report, sizeof report) : -1;
  printf ("%s", report);
  if (count > 0) printf ("%d functions\n", count);
  return count < 0;
}
