internal import AEValue
internal import Glibc

extension Handle {
  /// Whether ``destroy()`` was called, or a fatal error did.
  public var destroyed: Bool {
    loop.preconditionOnLoop()
    return isDestroyed
  }

  /// Ends the handle: no callback is called any more, and every method does nothing.
  ///
  /// Unsent bytes are sent in the background, see ``linger``. May be called more than
  /// once. Corresponds to Perl's `$handle->destroy`.
  public func destroy() {
    loop.preconditionOnLoop()
    end()
  }

  func end() {
    guard !isDestroyed else { return }
    takeRemains().end()
    endAwaited(death ?? .destroyed)
  }

  /// Leaves an empty handle.
  func takeRemains() -> HandleRemains {
    isDestroyed = true
    let remains = HandleRemains(
      stream, timeouts, connecting, (options, queue), lingers: descriptor >= 0)
    queue.removeAll()
    options = Options()
    connecting = nil
    descriptor = -1
    return remains
  }

  /// Details of the last error beyond its text, for a program that looks for the cause; nil if there are none.
  ///
  /// In `on_error` and `on_connect_error`: which address refused, or what is wrong with data (`EBADMSG`).
  public var error_detail: String? {
    loop.preconditionOnLoop()
    return detail
  }

  /// Reports an error; a fatal one ends the handle.
  ///
  /// The message is the system's text for the code unless one is given.
  func fail(_ code: CInt, fatal: Bool, _ message: String? = nil, detail: String? = nil) {
    guard !isDestroyed else { return }
    self.detail = detail
    let message = message ?? SystemCalls.text(for: code)
    let text = detail.map { "\(message): \($0)" } ?? message
    let error = HandleError(code, fatal: fatal, text)
    if fatal { death = error }
    let isTold = tellAwaited(error)
    if let on_error = options.on_error {
      errno = code
      on_error(self, fatal, message)
      if fatal { end() }
    } else if isTold {
      if fatal { end() }
    } else {
      LogContext.ofModule().log(.error, "Handle: uncaught error: \(text)")
      end()
    }
  }

  /// Reports the failure of a connection.
  func fail(_ error: SocketError) {
    // TLS has reasons of its own.
    let message = error.code == EPROTO ? error.description : nil
    fail(error.code, fatal: true, message, detail: message == nil ? error.description : nil)
  }
}

/// The remains of a handle that goes: the loop owns them, and ends them on its own thread.
final class HandleRemains: @unchecked Sendable {
  private let stream: StreamConnection
  private let timeouts: StreamTimeouts
  private let lingers: Bool
  private var connecting: Connector?
  private var callbacks: (options: Handle.Options, queue: HandleReadQueue)?

  init(
    _ stream: StreamConnection, _ timeouts: StreamTimeouts, _ connecting: Connector?,
    _ callbacks: (Handle.Options, HandleReadQueue), lingers: Bool
  ) {
    self.stream = stream
    self.timeouts = timeouts
    self.lingers = lingers
    self.connecting = connecting
    self.callbacks = callbacks
  }

  /// Ends the stream and the clocks, on the loop's thread.
  func end() {
    guard let (options, queue) = callbacks else { return }
    callbacks = nil
    timeouts.stop()
    timeouts.expired = nil
    connecting?.cancel()
    connecting = nil
    if lingers { stream.linger(for: options.linger) } else { stream.close() }
    // Released at the end: the deinitializer of an object that a callback held may use the handle.
    withExtendedLifetime((options, queue)) {}
  }
}
