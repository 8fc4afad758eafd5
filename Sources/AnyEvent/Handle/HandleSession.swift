package import AEValue

/// What encrypts the stream of a ``Handle``: TLS, or another way that two ends have agreed on before.
///
/// A machine without I/O: what arrived is provided, then ``next(into:)`` is asked until it is
/// incomplete; what is to be sent is appended to the handle's output.
package protocol HandleSession: AnyObject {
  /// Where what is to be sent is appended to.
  var output: ByteBuffer { get }
  /// Whether it has begun to encrypt.
  var isEstablished: Bool { get }
  /// Whether ``write(_:)`` may be called.
  var isWritable: Bool { get }
  /// Whether the stream may go on in clear after its end; else the end is the end of the stream.
  var canStop: Bool { get }
  /// What the connection is encrypted with.
  var cipher: String { get }
  /// The part of what was provided that has not been looked at.
  var unread: UnsafeRawBufferPointer { get }

  /// Takes what arrived; it must stay where it is until ``next(into:)`` says that it is incomplete,
  /// and may be overwritten.
  func provide(_ bytes: UnsafeRawBufferPointer)
  /// Goes on with what was provided.
  func next(into scratch: UnsafeMutableRawBufferPointer) throws(TLSError) -> TLSSession.Step
  /// Encrypts `bytes` into the output.
  func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError)
  /// Tells the other end that nothing more comes.
  func close()
  /// The other end closed the connection: an error if that cuts off something.
  func endOfStream() throws(TLSError)
}

extension TLSSession: HandleSession {
  /// TLS can be ended and started anew.
  package var canStop: Bool { true }
}
