internal import Glibc

/// Lets ended children wait until their status is collected.
///
/// Whoever ignores SIGCHLD, and starts this program, hands that on: the system would throw away the
/// status of every child. Perl does the same when it starts.
func keepEndedChildren() {
  var action = sigaction()
  guard sigaction(SIGCHLD, nil, &action) == 0 else { return }
  let isIgnored = SignalDisposition.isIgnored(action)
  guard isIgnored || action.sa_flags & SA_NOCLDWAIT != 0 else { return }
  if isIgnored { action.__sigaction_handler.sa_handler = nil }
  action.sa_flags &= ~SA_NOCLDWAIT
  sigaction(SIGCHLD, &action, nil)
}
