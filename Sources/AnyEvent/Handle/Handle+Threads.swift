/// A handle as its stream knows it, which does not keep it.
///
/// The last reference to a handle may go on another thread while its stream has an event. So the stream asks here
/// for a reference, once an event; a handle that is about to go has none.
final class HandleDoor: StreamOwner {
  private weak let handle: Handle?

  init(_ handle: Handle) { self.handle = handle }

  func streamHasRead(_ bytes: UnsafeMutableRawBufferPointer) {
    handle?.received.append(contentsOf: UnsafeRawBufferPointer(bytes))
  }

  func streamHasDelivered(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let handle else { return }
    if !bytes.isEmpty { handle.received.content.append(contentsOf: UnsafeRawBufferPointer(bytes)) }
    handle.consume()
  }

  func streamTransformHasEnded() -> Bool { handle?.transformHasEnded() ?? false }
}

extension Handle: Hashable {
  /// Whether both are the same handle.
  public static func == (one: Handle, other: Handle) -> Bool { one === other }

  /// Hashes the identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
