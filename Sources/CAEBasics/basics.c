#include "aebasics.h"

_Thread_local void *ae_current_node __attribute__((tls_model("initial-exec")));
