internal import AEValue
internal import CLibUV
internal import Glibc

/// The read requests of a handle, in order.
///
/// They are objects: a closure that is taken out of an array and put back gets another wrapper from the
/// compiler each time, until the calls of all wrappers fill the stack.
struct HandleReadQueue {
  /// The requests at the front, in reverse order.
  private var front: [HandleReadRequest] = []
  /// The requests behind them, in order.
  private var back: [HandleReadRequest] = []
  /// How many requests were taken back since such requests were last removed.
  private var unwanted = 0

  var isEmpty: Bool { front.isEmpty && back.isEmpty }

  var count: Int { front.count + back.count }

  /// The request that is served next.
  var first: HandleReadRequest? { front.last ?? back.first }

  mutating func push(_ request: HandleReadRequest) {
    // Most often there is one: it needs no second array.
    if front.isEmpty && back.isEmpty { front.append(request) } else { back.append(request) }
  }

  mutating func unshift(_ request: HandleReadRequest) { front.append(request) }

  mutating func next() -> HandleReadRequest? {
    if front.isEmpty, !back.isEmpty {
      front = back.reversed()
      back = []
    }
    return front.popLast()
  }

  /// Takes note that a request was taken back, and removes all such requests once they may be more than half.
  mutating func noteUnwanted() {
    unwanted += 1
    guard 2 * unwanted > count + 8 else { return }
    unwanted = 0
    front.removeAll { !$0.isWanted }
    back.removeAll { !$0.isWanted }
  }

  mutating func removeAll() {
    front = []
    back = []
    unwanted = 0
  }
}

/// A request for a part of a handle's `rbuf`.
class HandleReadRequest {
  /// Whether the part is waited for; false once the task that waited for it has stopped.
  final var isWanted = true

  /// Looks at the handle's `rbuf`; true when the request has taken its part.
  func serve(_ handle: Handle) -> Bool { true }

  /// The stream has ended behind the handle's `rbuf`; true when the request takes the end for its answer.
  func serveEnd(_ handle: Handle) -> Bool { false }

  /// The handle reads again after it was stopped.
  func resume(_ handle: Handle) {}
}

/// A request whose callback looks at the buffer itself.
final class HandlePlainRequest: HandleReadRequest {
  private let callback: (Handle) -> Bool

  init(_ callback: @escaping (Handle) -> Bool) {
    self.callback = callback
  }

  override func serve(_ handle: Handle) -> Bool { callback(handle) }
}

/// A request for a piece of a form.
final class HandleTypedRequest<Output>: HandleReadRequest {
  private let name: String
  private let memory: HandleReadMemory
  private let make: () -> (ByteBuffer) throws -> Output?
  private let callback: (Handle, Output) -> Void
  private var look: (ByteBuffer) throws -> Output?
  /// The buffer in which the request has looked last: `rbuf` has another one when it was set.
  private var buffer: ByteBuffer?
  /// How many bytes had been taken from the buffer then.
  private var place = 0
  /// Limits how often the request looks, if it looks at everything each time.
  private var pace: HandleReadPace?

  init(
    _ name: String, _ memory: HandleReadMemory,
    _ make: @escaping () -> (ByteBuffer) throws -> Output?,
    _ callback: @escaping (Handle, Output) -> Void
  ) {
    self.name = name
    self.memory = memory
    self.make = make
    self.callback = callback
    look = make()
    pace = memory == .searching ? HandleReadPace() : nil
  }

  override func serve(_ handle: Handle) -> Bool {
    let rbuf = handle.received.content
    notice(rbuf)
    if let pace, !pace.isDue(handle) { return false }
    do {
      pace?.begin()
      guard let piece = try look(rbuf) else {
        place = rbuf.consumedCount
        pace?.end(handle)
        return false
      }
      callback(handle, piece)
      return true
    } catch {
      place = rbuf.consumedCount
      pace?.end(handle)
      handle.fail(EBADMSG, fatal: false, detail: "bad \(name): \(error)")
      return false
    }
  }

  /// Forgets the memory that does not hold any more because other requests have taken from the buffer.
  private func notice(_ rbuf: ByteBuffer) {
    defer { place = rbuf.consumedCount }
    guard let buffer else {
      buffer = rbuf
      return
    }
    guard buffer !== rbuf || place != rbuf.consumedCount else { return }
    switch memory {
    case .ofBuffer: look = make()
    case .ofStream: if buffer !== rbuf { look = make() }
    case .searching: pace?.forget()
    }
    self.buffer = rbuf
  }

  override func resume(_ handle: Handle) { pace?.resume(handle) }
}

/// Decides when a request that searches from the beginning each time, such as one for a regular
/// expression, looks again.
///
/// A look is due at once while there are few bytes, when there is a quarter more than last time, or when
/// no more can come; otherwise when as much time has passed as the last look took. So all looks together
/// take at most half of the time, however small the pieces are in which data arrives.
private final class HandleReadPace {
  private enum State {
    case due
    case waiting(TimerWatcher)
    /// A look became due while the handle was told not to read.
    case overdue
  }

  private var state = State.due
  /// How many bytes there were at the last look, and when it began (ns).
  private var seen = 0
  private var began: UInt64 = 0

  /// The number of bytes up to which each look counts as cheap.
  private static let little = 1024

  func isDue(_ handle: Handle) -> Bool {
    if case .due = state { return true }
    let count = handle.received.count
    return count <= Self.little || count >= seen + seen / 4 || handle.hasEnded || handle.isAtEnd
  }

  func forget() { state = .due }

  func begin() {
    state = .due
    began = uv_hrtime()
  }

  /// A look has found nothing.
  func end(_ handle: Handle) {
    seen = handle.received.count
    guard seen > Self.little, !handle.isDestroyed else { return }
    wait(handle, seconds: Double(uv_hrtime() - began) / 1e9)
  }

  func resume(_ handle: Handle) {
    if case .overdue = state { wait(handle, seconds: 0) }
  }

  private func wait(_ handle: Handle, seconds: Double) {
    // The handle owns the request that owns this and its timer.
    state = .waiting(
      handle.loop.timer(after: seconds) { [weak self, weak handle] in
        guard let self, let handle else { return }
        state = handle.stream.isReading ? .due : .overdue
        if handle.stream.isReading { handle.consume() }
      })
  }
}
