/// A connection that was taken out of a ``StreamConnection``, to be closed by who has it now.
package struct ReleasedConnection {
  /// The connected, non-blocking socket.
  package let descriptor: CInt
  /// What waits to be sent as it is.
  package let unsent: [UInt8]

  /// A socket of the caller's, and what waits for it.
  package init(descriptor: CInt, unsent: [UInt8] = []) {
    self.descriptor = descriptor
    self.unsent = unsent
  }
}
