public import AEValue

// The arguments of a message that did not become values. A reader that has read them all is put back, so that the
// packet is known to be taken, before the callback is called.

extension MessageInput {
  /// Whether there are no arguments; a packet is taken then.
  @usableFromInline
  func hasNothing() -> Bool {
    switch form {
    case .values: false
    case .cbor: isEmpty(CBORArgumentReader.self)
    case .json: isEmpty(JSONArgumentReader.self)
    case .sent: count == 0
    default: false
    }
  }

  private func isEmpty<Reader: ArgumentReader>(_ type: Reader.Type) -> Bool {
    guard let place = address?.assumingMemoryBound(to: type) else { return false }
    var reader = place.pointee
    guard reader.mayHave(0), reader.isWhole() else { return false }
    place.pointee = reader
    return true
  }

  /// The only argument.
  @inlinable @inline(__always)
  func one<A: MessageConvertible, Reader: ArgumentReader>(
    _: A.Type, by type: Reader.Type
  ) -> A? {
    guard let place = address?.assumingMemoryBound(to: type) else { return nil }
    var reader = place.pointee
    guard reader.mayHave(1), let a = A.readArgument(from: &reader), reader.isWhole() else {
      return nil
    }
    place.pointee = reader
    return a
  }

  /// The two arguments.
  @inlinable @inline(__always)
  func two<A: MessageConvertible, B: MessageConvertible, Reader: ArgumentReader>(
    _: A.Type, _: B.Type, by type: Reader.Type
  ) -> (A, B)? {
    guard let place = address?.assumingMemoryBound(to: type) else { return nil }
    var reader = place.pointee
    guard reader.mayHave(2), let a = A.readArgument(from: &reader),
      let b = B.readArgument(from: &reader), reader.isWhole()
    else { return nil }
    place.pointee = reader
    return (a, b)
  }

  /// The three arguments.
  @inlinable @inline(__always)
  func three<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, Reader: ArgumentReader
  >(
    _: A.Type, _: B.Type, _: C.Type, by type: Reader.Type
  ) -> (A, B, C)? {
    guard let place = address?.assumingMemoryBound(to: type) else { return nil }
    var reader = place.pointee
    guard reader.mayHave(3), let a = A.readArgument(from: &reader),
      let b = B.readArgument(from: &reader), let c = C.readArgument(from: &reader),
      reader.isWhole()
    else { return nil }
    place.pointee = reader
    return (a, b, c)
  }

  /// The only argument of a sender in this process, if it is of that type.
  @inlinable @inline(__always)
  func sentAlone<A>(as type: A.Type) -> UnsafePointer<A>? {
    guard form == .one(type) else { return nil }
    return UnsafePointer(address.unsafelyUnwrapped.assumingMemoryBound(to: type))
  }

  /// One of `count` arguments of a sender in this process, if it is of that type.
  @inlinable @inline(__always)
  func sent<A>(_ count: Int, _ index: Int, as type: A.Type) -> UnsafePointer<A>? {
    guard count == self.count, let first = address?.assumingMemoryBound(to: SentArgument.self)
    else { return nil }
    return first[index].address(as: type)
  }
}
