package import AEValue

/// What encrypts the output of a ``StreamConnection``.
package protocol OutputSeal: AnyObject {
  /// Takes some bytes from the front of `plain`, at least one, and appends what is sent for them.
  ///
  /// It is asked again while there is room at the other end; what it makes at a time stays in memory
  /// when there is none.
  func seal(_ plain: ByteBuffer, into sealed: ByteBuffer)
  /// How many bytes more are sent than so many are appended, at most.
  func overhead(for count: Int) -> Int
  /// Appends what tells the other end that nothing more comes.
  func sealEnd(into sealed: ByteBuffer)
}
