internal import AEValue
internal import CLibUV
internal import Glibc

/// The requests for reading of a handle, in order.
///
/// They are objects: a closure that is taken out of an array and put back gets a wrapper of Swift's
/// each time, until so many call each other that the stack is full.
struct HandleReadQueue {
  /// The requests at the front, in reverse order.
  private var front: [HandleReadRequest] = []
  /// The requests behind them, in order.
  private var back: [HandleReadRequest] = []

  var isEmpty: Bool { front.isEmpty && back.isEmpty }

  /// The request that is served next.
  var first: HandleReadRequest? { front.last ?? back.first }

  mutating func push(_ request: HandleReadRequest) { back.append(request) }

  mutating func unshift(_ request: HandleReadRequest) { front.append(request) }

  mutating func next() -> HandleReadRequest? {
    if front.isEmpty {
      front = back.reversed()
      back = []
    }
    return front.popLast()
  }

  mutating func removeAll() {
    front = []
    back = []
  }
}

/// A request for something in a handle's `rbuf`, with what it knows of the buffer by now.
class HandleReadRequest {
  /// Looks at the handle's `rbuf`; true when the request has got what it wants.
  func serve(_ handle: Handle) -> Bool { true }

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
  private let type: HandleReadType<Output>
  private let callback: (Handle, Output) -> Void
  private var look: (ByteBuffer) throws -> Output?
  /// How many bytes had been taken from the buffer when the request looked last.
  private var place: Int?
  /// How often the request looks, if it looks at everything each time.
  private var pace: HandleReadPace?

  init(_ type: HandleReadType<Output>, _ callback: @escaping (Handle, Output) -> Void) {
    self.type = type
    self.callback = callback
    look = type.make()
    pace = type.memory == .none ? HandleReadPace() : nil
  }

  override func serve(_ handle: Handle) -> Bool {
    if let place, place != handle.rbuf.consumedCount, type.memory != .ofStream {
      look = type.make()
      pace?.forget()
    }
    place = handle.rbuf.consumedCount
    if let pace, !pace.isDue(handle) { return false }
    do {
      pace?.begin()
      guard let piece = try look(handle.rbuf) else {
        place = handle.rbuf.consumedCount
        pace?.end(handle)
        return false
      }
      callback(handle, piece)
      return true
    } catch {
      place = handle.rbuf.consumedCount
      pace?.end(handle)
      handle.fail(EBADMSG, fatal: false, "bad \(type.name): \(error)")
      return false
    }
  }

  override func resume(_ handle: Handle) { pace?.resume(handle) }
}

/// Says when to look again for what is searched from the beginning each time, such as a regular
/// expression.
///
/// A look is due at once while there is little to look at, when there is a quarter more than last time,
/// or when no more can come; else when as much time has passed as the last look took. So all looks
/// together take at most half of the time, however small the pieces are in which data arrives.
private final class HandleReadPace {
  private enum State {
    case due
    case waiting(TimerWatcher)
    /// It was time to look while the handle was told not to read.
    case overdue
  }

  private var state = State.due
  /// How many bytes there were at the last look, and when it began (ns).
  private var seen = 0
  private var began: UInt64 = 0

  /// Up to so many bytes each look counts as cheap.
  private static let little = 1024

  func isDue(_ handle: Handle) -> Bool {
    if case .due = state { return true }
    let count = handle.rbuf.count
    return count <= Self.little || count >= seen + seen / 4 || handle.hasEnded || handle.isAtEnd
  }

  func forget() { state = .due }

  func begin() {
    state = .due
    began = uv_hrtime()
  }

  /// A look has found nothing.
  func end(_ handle: Handle) {
    seen = handle.rbuf.count
    guard seen > Self.little, !handle.destroyed else { return }
    wait(handle, seconds: Double(uv_hrtime() - began) / 1e9)
  }

  func resume(_ handle: Handle) {
    if case .overdue = state { wait(handle, seconds: 0) }
  }

  private func wait(_ handle: Handle, seconds: Double) {
    // The request that owns this is the handle's, and the timer goes with it.
    state = .waiting(
      handle.loop.timer(after: seconds) { [unowned self, unowned handle] in
        state = handle.stream.isReading ? .due : .overdue
        if handle.stream.isReading { handle.consume() }
      })
  }
}
