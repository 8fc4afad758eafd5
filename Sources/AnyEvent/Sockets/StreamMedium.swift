package import AEValue

/// What carries the bytes of a ``StreamConnection``: a socket, or a simulated network.
///
/// It is asked once for many messages; so what it costs to call it does not matter.
package protocol StreamMedium: AnyObject {
  /// Starts to report what arrives, by ``StreamConnection/arrived(_:)`` and
  /// ``StreamConnection/end(_:)``, and room for writing by ``StreamConnection/hasRoom()``.
  ///
  /// The stream owns the medium, which must not keep it.
  func start(for stream: StreamConnection)
  /// Takes as much from the beginning of `output` as there is room for now.
  func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult
  /// What the kernels at both ends know of the bytes; nil where nobody knows.
  var traffic: StreamTraffic? { get }
  /// Everything has been written: tells the other end that nothing more comes. Reading goes on.
  func finishWriting()
  /// Gives up its connected, non-blocking socket, to be closed by the caller; nothing is reported any
  /// more. Nil, and the connection goes on, if there is no socket.
  func release() -> CInt?
  /// Ends the connection; nothing is reported any more. Called once.
  func close()
}

/// What the kernels at both ends of a connection have exchanged, whatever the programs do.
package struct StreamTraffic: Equatable {
  /// Bytes that were written, and that the other end's kernel has not acknowledged yet.
  package var unacknowledged: UInt64
  /// Pieces with data that have arrived here so far, read or not, in order or not.
  package var pieces: UInt64

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
  case failed(String)
}
