internal import Glibc

/// A read request for which a task waits.
///
/// It leaves the queue when the task is told of an error, or is cancelled: bytes that it has not used stay.
final class HandleAwaitedRequest: HandleReadRequest, WaitingMember {
  private let inner: HandleReadRequest
  private let atEnd: (Handle) -> Bool
  /// Ends the task's wait with an error.
  var fail: (HandleError) -> Void = { _ in }

  /// `atEnd` is called when no byte follows; true if the request takes that for its answer.
  init(_ inner: HandleReadRequest, atEnd: @escaping (Handle) -> Bool = { _ in false }) {
    self.inner = inner
    self.atEnd = atEnd
  }

  override func serve(_ handle: Handle) -> Bool {
    guard isWanted else { return true }
    let before = handle.serving
    handle.serving = self
    defer { handle.serving = before }
    if inner.serve(handle) { leave(handle) }
    return !isWanted
  }

  override func serveEnd(_ handle: Handle) -> Bool {
    guard isWanted else { return true }
    guard atEnd(handle) else { return false }
    leave(handle)
    return true
  }

  override func resume(_ handle: Handle) { inner.resume(handle) }

  var isOver: Bool { !isWanted }

  /// Forgets the request, because its task waits no more.
  func leave(_ handle: Handle) {
    guard isWanted else { return }
    isWanted = false
    handle.awaited.memberLeft()
  }
}

/// The error of a task whose wait on a handle has failed.
public struct HandleError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The `errno`: `EBADMSG` for data that does not have the form, `ETIMEDOUT` for a time-out, `EPIPE` for an end of the
  /// stream before the piece was whole, `EBADF` for a handle that was destroyed.
  public let code: CInt
  /// Whether the handle has ended by it; otherwise one can go on to read.
  public let isFatal: Bool
  /// A sentence without a full stop.
  public let description: String

  init(_ code: CInt, fatal: Bool, _ description: String) {
    self.code = code
    isFatal = fatal
    self.description = description
  }

  static let destroyed = HandleError(EBADF, fatal: true, "the handle was destroyed")
}

extension Handle {
  /// Ends the waits of all tasks.
  func endAwaited(_ error: HandleError) {
    let requests = awaited.takeAll()
    for request in requests { request.isWanted = false }
    for request in requests { request.fail(error) }
  }

  /// Tells a task of an error: all of a fatal one, of another the one whose turn it is; false if none waits.
  func tellAwaited(_ error: HandleError) -> Bool {
    guard !awaited.isEmpty else { return false }
    if error.isFatal {
      endAwaited(error)
      return true
    }
    // Data without the form concerns the request that looks at it.
    guard let request = error.code == EBADMSG ? serving : awaited.first() else { return false }
    request.leave(self)
    queue.noteUnwanted()
    request.fail(error)
    return true
  }

  /// Puts a request at the end of the queue.
  func await(_ request: HandleAwaitedRequest) {
    wasAwaited = true
    if isUnasked() { restartReadClocks() }
    awaited.append(request)
    queue.push(request)
    consume()
  }

  /// Counts the time without any bytes read from now on: before, no request has waited.
  private func restartReadClocks() {
    if timeouts[.read] > 0 { timeouts.reset(.read) }
    if timeouts[.either] > 0 { timeouts.reset(.either) }
  }

  /// Takes a request back whose task was cancelled.
  func withdraw(_ request: HandleAwaitedRequest) {
    request.leave(self)
    queue.noteUnwanted()
    // Without another request nothing more is read.
    consume()
  }
}
