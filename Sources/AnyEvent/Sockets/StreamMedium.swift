package import AEValue

/// The carrier of the bytes of a ``StreamConnection``: a descriptor, or a simulated network.
///
/// It is called once for many messages, so that the cost of the call does not matter.
package protocol StreamMedium: AnyObject {
  /// Starts to report arriving bytes by ``StreamConnection/arrived(_:)``, the end by
  /// ``StreamConnection/end(_:)``, and room for writing by ``StreamConnection/hasRoom()``.
  ///
  /// The stream owns the medium, which must not keep it.
  func start(for stream: StreamConnection)
  /// Leaves arriving bytes with the kernel until ``start(for:)``; a medium without a kernel behind it
  /// may go on.
  func pause()
  /// Takes as many bytes from the beginning of `output` as there is room for now.
  func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult
  /// The counts of the kernels at both ends; nil if they are not known.
  var traffic: StreamTraffic? { get }
  /// The descriptor, which stays the medium's; nil if there is none.
  var descriptor: CInt? { get }
  /// Everything has been written: tells the other end that nothing more comes. Reading goes on.
  func finishWriting()
  /// Ends the connection; nothing is reported any more. Called once.
  func close()
}

extension StreamMedium {
  /// Goes on.
  package func pause() {}
  /// There is none.
  package var descriptor: CInt? { nil }
}

/// The counts of bytes that the kernels at both ends of a connection have exchanged, independent of the
/// programs.
package struct StreamTraffic: Equatable {
  /// Bytes that were written, and that the other end's kernel has not acknowledged yet.
  package var unacknowledged: UInt64
  /// Pieces with data that have arrived here so far, read or not, in order or not.
  package var pieces: UInt64

  /// The numbers of one connection.
  package init(unacknowledged: UInt64, pieces: UInt64) {
    self.unacknowledged = unacknowledged
    self.pieces = pieces
  }
}

/// The result of an attempt to write.
package enum StreamWriteResult {
  /// All bytes have been taken.
  case done
  /// There is no more room; ``StreamConnection/hasRoom()`` is called when there is.
  case blocked
  /// The connection is broken, for this reason.
  case failed(SocketError)
}

/// An owner that keeps a stream beyond its ends, as handles do.
///
/// The end of the arriving bytes, and the end of their encryption, leave such a stream open for writing;
/// failures are reported at once, and the owner closes the stream.
protocol StreamOwner: AnyObject {
  /// Decrypted bytes, which are valid during the call only; others may follow at once.
  func streamHasRead(_ bytes: UnsafeMutableRawBufferPointer)
  /// All bytes that have arrived together were passed on, with these, if there are any.
  func streamHasDelivered(_ bytes: UnsafeMutableRawBufferPointer)
  /// The other end has ended the encryption: true if the owner goes on in clear, else it is the end of
  /// the stream.
  func streamTransformHasEnded() -> Bool
}

// MARK: - Encryption

/// The encryption between the bytes of a ``StreamConnection`` and those that travel.
package protocol StreamTransform: AnyObject {
  /// The encrypted bytes that were not sent yet; the stream takes from its front.
  ///
  /// ``seal(_:)`` appends to it, and ``open(_:_:)`` may append answers to the other end.
  var sealed: ByteBuffer { get }
  /// Whether ``seal(_:)`` may be called; while it may not, bytes that are appended to the stream wait.
  var isWritable: Bool { get }
  /// Takes some bytes from the front of `plain`, at least one, and appends them encrypted.
  ///
  /// It is called again while there is room at the other end; the bytes of one call stay in memory when
  /// there is none, and are less than 320 KiB. Returns nil, or a reason if that is not possible.
  func seal(_ plain: ByteBuffer) -> String?
  /// By how many bytes at most so many bytes become longer.
  func overhead(for count: Int) -> Int
  /// Appends the announcement that no more bytes follow.
  func sealEnd()
  /// Takes arrived bytes, which may be overwritten, and gives `deliver` the decrypted ones, in pieces
  /// that are valid during the call and may be overwritten; it stops when `deliver` returns false.
  func open(
    _ bytes: UnsafeMutableRawBufferPointer, _ deliver: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> StreamOpening
  /// The other end has closed the connection: why that is an error, nil if it is none.
  func endOfStream() -> String?
  /// Gives memory back that was hardly used since the last call.
  func giveBackIfIdle()
  /// The version and cipher; nil before the encryption begins, or without a name.
  var cipher: String? { get }
  /// Whether the stream may go on in clear once the other end has ended the encryption.
  var canStop: Bool { get }
  /// The bytes behind that end, until the next ``open(_:_:)``.
  var unread: UnsafeRawBufferPointer { get }
}

/// The defaults are those of encryption from the beginning to the end of a stream.
extension StreamTransform {
  /// It has no further buffer.
  package func giveBackIfIdle() { sealed.giveBackIfIdle() }
  /// It begins at once.
  package var isWritable: Bool { true }
  /// It has no name.
  package var cipher: String? { nil }
  /// No bytes may follow the end: in clear anybody could have sent them.
  package var canStop: Bool { false }
  /// No bytes follow the end.
  package var unread: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

/// The result of a ``StreamTransform`` for arrived bytes.
package enum StreamOpening {
  /// All bytes were taken, or no more are wanted.
  case more
  /// The other end has finished its stream.
  case end
  /// The stream can't be used any more, for this reason.
  case broken(String)
}

/// Holds the place of a later encryption: appended bytes do not leave, and arriving bytes are passed on in
/// clear.
final class StreamGate: StreamTransform {
  /// The bytes that were appended before the gate was closed; they leave.
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
