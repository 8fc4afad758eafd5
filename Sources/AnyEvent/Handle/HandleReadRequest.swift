internal import Glibc

/// Somebody who waits for something in a handle's `rbuf`, with what it knows of that by now.
class HandleReadRequest {
  /// Looks at the handle's `rbuf`; true when it has had what it wants.
  func serve(_ handle: Handle) -> Bool { true }

  /// The handle reads again after it was stopped.
  func resume(_ handle: Handle) {}
}

/// A request that knows itself what it wants.
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
  /// How many bytes had been taken from the buffer when it has looked last.
  private var place: Int?
  /// How often it looks, if each time it looks at everything.
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
