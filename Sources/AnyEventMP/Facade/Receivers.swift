/// What a message starts with that is meant for one callback: text, or a port id.
public protocol MessageTag {
  /// The text that the first value of the message is compared with.
  var tagText: String { get }
}

extension String: MessageTag {
  /// The text itself.
  @inlinable public var tagText: String { self }
}

extension PortID: MessageTag {
  /// The port id as text.
  public var tagText: String { id }
}

/// A tag and its callback, for giving several to `rcv` at once: made by `on`.
public struct Receiver {
  @usableFromInline let tag: String
  @usableFromInline let handler: (UnsafeBufferPointer<Value>) throws -> Void

  /// A receiver whose handler gets the whole message, tag included.
  @usableFromInline
  init(_ tag: String, _ handler: @escaping (UnsafeBufferPointer<Value>) throws -> Void) {
    self.tag = tag
    self.handler = handler
  }
}

/// A typed receiver's argument did not fit.
@usableFromInline
struct ArgumentMismatch: Error, CustomStringConvertible {
  @usableFromInline let description: String

  /// Says which argument of which message is wrong, for the port that is running.
  @usableFromInline
  init(_ message: UnsafeBufferPointer<Value>, _ index: Int, expected: Any.Type) {
    let tag = message.first.map(Self.shown) ?? "without tag"
    let found = index < message.count ? "\(Self.shown(message[index])) was sent" : "is missing"
    description =
      "port \(SELF), message \(tag): argument \(index) should be \(expected), but \(found)"
  }

  /// A value for a reason, with its type where the text does not show it; cut, since who sends it
  /// chooses its size.
  private static func shown(_ value: Value) -> String {
    switch value {
    case .string(let text):
      let start = text.unicodeScalars.prefix(40)
      let isCut = start.endIndex < text.unicodeScalars.endIndex
      return Value.string(String(start)).description + (isCut ? "…" : "")
    case .bytes(let bytes): return "a byte string of \(bytes.count) bytes"
    case .array(let values): return "an array of \(values.count) values"
    case .hash(let values): return "a hash of \(values.count) keys"
    default: return value.description
    }
  }
}

/// One argument of a message, converted as Perl would.
@inlinable @inline(__always)
func argument<A: MessageConvertible>(
  _ message: UnsafeBufferPointer<Value>, _ index: Int, as type: A.Type
) throws -> A {
  if index < message.count {
    if let value = A(messageValue: message[index]) { return value }
  } else if let value = A(messageValue: .null) {
    return value
  }
  throw ArgumentMismatch(message, index, expected: type)
}

extension Message {
  /// What follows the tag.
  @usableFromInline
  init(behindTagOf message: UnsafeBufferPointer<Value>) {
    self.init(message, dropping: 1)
  }
}
