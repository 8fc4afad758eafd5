package import AEValue

/// What stands between the bytes of a ``StreamConnection`` and those that travel: encryption.
package protocol StreamTransform: AnyObject {
  /// What is to be sent and waits; the stream takes from its front.
  ///
  /// Besides what ``seal(_:)`` makes, ``open(_:_:)`` may append answers to the other end.
  var sealed: ByteBuffer { get }
  /// Whether ``seal(_:)`` may be called; while it may not, what is appended to the stream waits.
  var isWritable: Bool { get }
  /// Takes some bytes from the front of `plain`, at least one, and appends what is sent for them.
  ///
  /// It is asked again while there is room at the other end; what it makes at a time stays in memory
  /// when there is none, and is less than 320 KiB. Returns why it can't, if it can't.
  func seal(_ plain: ByteBuffer) -> String?
  /// How many bytes more are sent than so many are appended, at most.
  func overhead(for count: Int) -> Int
  /// Appends what tells the other end that nothing more comes.
  func sealEnd()
  /// Takes what arrived, which may be overwritten, and gives `deliver` what it means, in pieces that
  /// are valid during the call and may be overwritten; false from it stops.
  func open(
    _ bytes: UnsafeMutableRawBufferPointer, _ deliver: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> StreamOpening
  /// The other end has closed the connection: why that is an error, nil if it is none.
  func endOfStream() -> String?
  /// What the stream is encrypted with; nil before it is, or if it is not.
  var cipher: String? { get }
  /// Whether the stream may go on in clear once the other end has ended the encryption.
  var canStop: Bool { get }
  /// What came behind that end, until the next ``open(_:_:)``.
  var unread: UnsafeRawBufferPointer { get }
}

/// What holds for encryption that is there from the beginning to the end of a stream.
extension StreamTransform {
  /// It begins at once.
  package var isWritable: Bool { true }
  /// It has no name.
  package var cipher: String? { nil }
  /// Nothing follows the end: in clear it could be anybody's.
  package var canStop: Bool { false }
  /// Nothing follows the end.
  package var unread: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

/// What a ``StreamTransform`` has found in what arrived.
package enum StreamOpening {
  /// It was all taken, or nobody wants more.
  case more
  /// The other end has finished its stream.
  case end
  /// The stream can't be used any more, for this reason.
  case broken(String)
}

/// Stands where encryption is to stand later: nothing that is appended leaves, and what arrives is passed
/// on as it is.
final class StreamGate: StreamTransform {
  /// What was to be sent before the gate was closed leaves.
  let sealed = ByteBuffer()

  var isWritable: Bool { false }

  func seal(_ plain: ByteBuffer) -> String? { "nothing is sent before the stream is encrypted" }

  func overhead(for count: Int) -> Int { 0 }

  func sealEnd() {}

  func open(
    _ bytes: UnsafeMutableRawBufferPointer, _ deliver: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> StreamOpening {
    _ = deliver(bytes)
    return .more
  }

  func endOfStream() -> String? { nil }
}
