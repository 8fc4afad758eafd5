internal import Glibc

/// Sends the rest of a handle that is gone, then closes its descriptor.
///
/// The loop keeps it as long as it works.
final class HandleLinger: LoopResident {
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
    loop.keep(linger)
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
    loop.release(self)
  }

  /// Goes when the loop lets go of it, once all watchers are cancelled.
  func loopCloses() {}

  /// Sends nothing, in the child of a fork: the parent does.
  func loopForked() { end() }

  deinit {
    writer = nil
    mode.close(descriptor)
  }
}
