internal import Glibc

extension Handle {
  /// Ends the handle: no callback is called any more, and every method does nothing.
  ///
  /// What is still to be sent is sent in the background, see ``linger``. May be called more than
  /// once. Corresponds to Perl's `$handle->destroy`.
  public func destroy() {
    guard !destroyed else { return }
    let isBlocked = writer != nil
    destroyed = true
    reader = nil
    writer = nil
    timeouts.stop()
    let held = (options, queue)
    queue.removeAll()
    options = HandleOptions()
    connecting?.cancel()
    if connecting != nil {
      connecting = nil
    } else if descriptor >= 0, loop.isForked {
      // The connection is the parent's.
      mode.close(descriptor)
    } else if descriptor >= 0 {
      finishTLS()
      if session != nil, !isBlocked { _ = HandleWriting.write(wbuf, to: descriptor) }
      HandleLinger.finish(descriptor, mode, wbuf, on: loop, seconds: held.0.linger)
    }
    descriptor = -1
    session = nil
    // Released at the end: what callbacks held may use this handle once more as it goes.
    withExtendedLifetime(held) {}
  }

  /// Reports an error; a fatal one ends the handle.
  func fail(_ code: CInt, fatal: Bool, _ message: String) {
    guard !destroyed else { return }
    if let on_error = options.on_error {
      errno = code
      on_error(self, fatal, message)
      if fatal { destroy() }
    } else {
      LogContext.ofModule().log(.error, "Handle: uncaught error: \(message)")
      destroy()
    }
  }

  /// Reports an error of the operating system, fatally.
  func fail(_ code: CInt) {
    fail(code, fatal: true, SocketError.text(for: code))
  }
}
