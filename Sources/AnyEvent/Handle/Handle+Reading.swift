internal import AEValue
internal import CLibUV
internal import Glibc

extension Handle {
  /// Has `cb` look at ``rbuf``, after all earlier requests, each time bytes arrive, until it returns
  /// true because it has taken its part.
  ///
  /// May call callbacks. Corresponds to Perl's `$handle->push_read ($cb)`.
  public func push_read(_ cb: @escaping (_ handle: Handle) -> Bool) {
    guard !destroyed else { return }
    queue.push(HandlePlainRequest(cb))
    consume()
  }

  /// The same, before all queued requests.
  ///
  /// Corresponds to Perl's `$handle->unshift_read`.
  public func unshift_read(_ cb: @escaping (_ handle: Handle) -> Bool) {
    guard !destroyed else { return }
    queue.unshift(HandlePlainRequest(cb))
    consume()
  }

  /// Calls `cb` once with the next piece of a form, after all earlier requests:
  /// `push_read(.line) { handle, line in … }`.
  ///
  /// Data that is not of that form is a non-fatal error `EBADMSG`. Corresponds to Perl's
  /// `$handle->push_read (type => …, $cb)`.
  public func push_read<Output>(
    _ type: HandleReadType<Output>, _ cb: @escaping (_ handle: Handle, _ piece: Output) -> Void
  ) {
    guard !destroyed else { return }
    queue.push(HandleTypedRequest(type, cb))
    consume()
  }

  /// The same, before all queued requests.
  public func unshift_read<Output>(
    _ type: HandleReadType<Output>, _ cb: @escaping (_ handle: Handle, _ piece: Output) -> Void
  ) {
    guard !destroyed else { return }
    queue.unshift(HandleTypedRequest(type, cb))
    consume()
  }

  /// Stops reading, and so all callbacks for it, until ``start_read()`` or a new request.
  public func stop_read() { stream.pause() }

  /// Reads again.
  ///
  /// Corresponds to Perl's `$handle->start_read`.
  public func start_read() {
    guard isReady, !hasEnded, !isAtEnd, !stream.isReading else { return }
    stream.start()
    queue.first?.resume(self)
  }

  var wantsToRead: Bool { options.on_read != nil || !queue.isEmpty || isEncrypted }

  /// Offers `rbuf` to the requests and to `on_read`, and reports the end of the stream after that.
  func consume() {
    guard isReady, !isConsuming else { return }
    isConsuming = true
    defer { isConsuming = false }
    guard serve(), !destroyed else { return }
    if hasEnded {
      // The end is reported once, because no byte can follow it.
      hasEnded = false
      isAtEnd = true
      guard let on_eof = options.on_eof else {
        return fail(0, fatal: true, "unexpected end of file")
      }
      return on_eof(self)
    }
    let most = tlsState == .refused ? loop.readBuffer.count : options.rbuf_max
    if let most, rbuf.count > most {
      fail(ENOSPC, fatal: true, "more than rbuf_max bytes were read and not used")
    } else if options.on_read != nil || !queue.isEmpty {
      start_read()
    }
  }

  /// Calls requests and `on_read` as long as they take bytes; false after an error.
  private func serve() -> Bool {
    // When the handshake has failed, bytes that come in clear must not be taken for encrypted ones.
    if tlsState == .refused { return true }
    while !destroyed {
      if let request = queue.next() {
        guard !request.serve(self) else { continue }
        guard !destroyed else { return false }
        queue.unshift(request)
        return canWait()
      }
      guard let on_read = options.on_read else {
        // TLS reads for its own needs, but no more while nothing takes the decrypted bytes.
        if !isEncrypted || !rbuf.isEmpty { stream.pause() }
        return true
      }
      guard !rbuf.isEmpty else { return true }
      let count = rbuf.count
      on_read(self)
      if destroyed { return false }
      if rbuf.count == count, queue.isEmpty, options.on_read != nil { return canWait() }
    }
    return false
  }

  /// Whether more bytes may come; if not, an unserved request is an error.
  private func canWait() -> Bool {
    guard hasEnded || isAtEnd else { return true }
    fail(EPIPE, fatal: true, "unexpected end of file")
    return false
  }
}

// MARK: - The queue

/// The read requests of a handle, in order.
///
/// They are objects: a closure that is taken out of an array and put back gets another wrapper from the
/// compiler each time, until the calls of all wrappers fill the stack.
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

/// A request for a part of a handle's `rbuf`.
class HandleReadRequest {
  /// Looks at the handle's `rbuf`; true when the request has taken its part.
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
  /// Limits how often the request looks, if it looks at everything each time.
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
    // The handle owns the request that owns this and its timer.
    state = .waiting(
      handle.loop.timer(after: seconds) { [unowned self, unowned handle] in
        state = handle.stream.isReading ? .due : .overdue
        if handle.stream.isReading { handle.consume() }
      })
  }
}
