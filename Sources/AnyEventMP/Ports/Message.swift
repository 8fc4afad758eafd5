/// A received message, or its part behind the tag: a list that can be read past its end.
///
/// As with Perl's `@_`, an element that was not sent reads as `Value.null`: no message that a peer
/// can send makes an index trap.
public struct Message: Hashable, Sendable {
  /// The values.
  public var values: [Value]

  /// A message of these values.
  public init(_ values: [Value] = []) {
    self.values = values
  }

  init(_ values: UnsafeBufferPointer<Value>, dropping count: Int) {
    self.values = values.count > count ? Array(values[count...]) : []
  }
}

extension Message: RandomAccessCollection {
  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of values.
  public var endIndex: Int { values.count }

  /// The value at this position, `Value.null` where there is none.
  public subscript(position: Int) -> Value {
    values.indices.contains(position) ? values[position] : .null
  }

  /// The values from a position on; none when there are not so many.
  public subscript(positions: PartialRangeFrom<Int>) -> Message {
    Message(Array(values.dropFirst(Swift.max(0, positions.lowerBound))))
  }
}

extension Message: ExpressibleByArrayLiteral, CustomStringConvertible {
  /// A message of these values.
  public init(arrayLiteral values: Value...) {
    self.values = values
  }

  /// The values as JSON.
  public var description: String { Value.array(values).description }
}
