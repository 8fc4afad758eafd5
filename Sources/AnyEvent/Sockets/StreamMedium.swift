package import AEValue

/// What carries the bytes of a ``StreamConnection``: a descriptor, or a simulated network.
///
/// It is asked once for many messages; so what it costs to call it does not matter.
package protocol StreamMedium: AnyObject {
  /// Starts to report what arrives, by ``StreamConnection/arrived(_:)`` and
  /// ``StreamConnection/end(_:)``, and room for writing by ``StreamConnection/hasRoom()``.
  ///
  /// The stream owns the medium, which must not keep it.
  func start(for stream: StreamConnection)
  /// Leaves what arrives with the kernel until ``start(for:)``; a medium without a kernel behind it
  /// may go on.
  func pause()
  /// Takes as much from the beginning of `output` as there is room for now.
  func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult
  /// What the kernels at both ends know of the bytes; nil where nobody knows.
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

/// What the kernels at both ends of a connection have exchanged, whatever the programs do.
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

/// What became of an attempt to write.
package enum StreamWriteResult {
  /// Everything has been taken.
  case done
  /// There is no room; the stream will be told when there is.
  case blocked
  /// The connection is broken, for this reason.
  case failed(SocketError)
}

/// Who keeps a stream beyond its ends, as handles do.
///
/// The end of what the other end sends, and the end of its encryption, leave such a stream open for
/// writing; failures are reported at once, and closing is the owner's affair.
protocol StreamOwner: AnyObject {
  /// All that has arrived together was passed on.
  func streamHasDelivered()
  /// The other end has ended the encryption: true if the owner goes on in clear, else it is the end of
  /// the stream.
  func streamTransformHasEnded() -> Bool
}
