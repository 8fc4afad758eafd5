internal import Glibc

/// Sends the rest of a handle that is gone, then closes its descriptor.
///
/// Kept in `Loop.kept` as long as it works.
final class HandleLinger {
  private let loop: Loop
  private let descriptor: CInt
  private let mode: HandleMode
  private let rest = ByteBuffer()
  private var writer: IOWatcher?
  private var limit: TimerWatcher?

  private init(_ descriptor: CInt, _ mode: HandleMode, _ rest: ByteBuffer, on loop: Loop) {
    self.loop = loop
    self.descriptor = descriptor
    self.mode = mode
    self.rest.append(contentsOf: rest.bytes)
  }

  /// Closes the descriptor, after having sent `rest` for at most so many seconds.
  static func finish(
    _ descriptor: CInt, _ mode: HandleMode, _ rest: ByteBuffer, on loop: Loop, seconds: Double
  ) {
    guard !rest.isEmpty, seconds > 0, loop.isOpen else {
      mode.close(descriptor)
      return
    }
    let linger = HandleLinger(descriptor, mode, rest, on: loop)
    loop.kept[ObjectIdentifier(linger)] = linger
    linger.limit = loop.timer(after: seconds) { [unowned linger] in linger.end() }
    linger.writer = loop.io(descriptor, .write) { [unowned linger] in linger.write() }
  }

  private func write() {
    switch HandleWriting.write(rest, to: descriptor) {
    case .done, .failed: end()
    case .blocked: break
    }
  }

  private func end() {
    limit = nil
    writer = nil
    loop.kept[ObjectIdentifier(self)] = nil
  }

  /// Sends nothing, in the child of a fork: the parent does.
  func leaveToParent() { end() }

  deinit {
    writer = nil
    mode.close(descriptor)
  }
}
