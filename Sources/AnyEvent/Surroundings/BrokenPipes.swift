internal import Glibc

/// Lets writing to a closed connection fail with EPIPE instead of ending the process.
///
/// An empty handler rather than "ignore", because programs started by this process inherit the
/// latter.
func ignoreBrokenPipes() {
  var action = sigaction()
  guard sigaction(SIGPIPE, nil, &action) == 0, action.__sigaction_handler.sa_handler == nil else {
    return
  }
  action.__sigaction_handler.sa_handler = { _ in }
  action.sa_flags = SA_RESTART
  sigaction(SIGPIPE, &action, nil)
}
