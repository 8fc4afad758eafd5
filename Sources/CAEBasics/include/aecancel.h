#ifndef SWIFT_ANYEVENT_CAECANCEL_H
#define SWIFT_ANYEVENT_CAECANCEL_H

/* The cancellation of Swift's tasks, as the runtime tells of it: what withTaskCancellationHandler is made of. That one itself
 * would take a function that runs on its caller's actor away from there, since the closure that it is given has no actor. */

/* What is called when a task is cancelled, on any thread, with the context of the wait. It is set once, before the first wait. */
void ae_set_cancellation_handler(void (*_Nonnull cancelled)(const void *_Nonnull context));

/* Has the handler called when the running task is cancelled; at once if it is. The record is for ae_forget_cancellation, which
 * the same task has to call, in the order of a stack; from then on the handler neither runs nor is called. */
void *_Nonnull ae_expect_cancellation(const void *_Nonnull context);
void ae_forget_cancellation(void *_Nonnull record);

#endif
