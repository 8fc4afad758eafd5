package import AEValue

/// What stands between the bytes of a ``StreamConnection`` and those that travel: encryption.
package protocol StreamTransform: AnyObject {
  /// What is to be sent and waits; the stream takes from its front.
  ///
  /// Besides what ``seal(_:)`` makes, ``open(_:_:)`` may append answers to the other end.
  var sealed: ByteBuffer { get }
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
