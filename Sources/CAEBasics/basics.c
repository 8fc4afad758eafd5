#include "aebasics.h"

_Thread_local void *ae_current_node __attribute__((tls_model("initial-exec")));

// The calling convention of Swift's functions.
#define SWIFT __attribute__((swiftcall))
#define SWIFT_CONTEXT __attribute__((swift_context))

SWIFT void *swift_task_addCancellationHandler(SWIFT void (*handler)(SWIFT_CONTEXT const void *), const void *context);
SWIFT void swift_task_removeCancellationHandler(void *record);

static void (*ae_cancelled)(const void *context);

SWIFT static void tell(SWIFT_CONTEXT const void *context) { ae_cancelled(context); }

void ae_set_cancellation_handler(void (*cancelled)(const void *context)) { ae_cancelled = cancelled; }

void *ae_expect_cancellation(const void *context) { return swift_task_addCancellationHandler(tell, context); }

void ae_forget_cancellation(void *record) { swift_task_removeCancellationHandler(record); }
