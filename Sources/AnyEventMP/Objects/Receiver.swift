/// A callback for messages that start with a tag, or for calls of a function of that name.
///
/// Arguments are converted as Perl would; one that cannot be converted is an error of the message
/// and kills the port. The forms differ in the number of the callback's arguments, which may be
/// smaller than the message's. A fixed number is compiled to straight code, while a parameter pack
/// costs a look-up of type metadata at every message.
public struct Receiver {
  @usableFromInline let tag: String
  @usableFromInline let handler: MessageCallback
  /// Whether the handler starts a task of the port.
  var startsTask = false

  /// A receiver whose handler gets messages in all forms.
  @usableFromInline
  init(_ tag: some MessageTag, handling handler: @escaping MessageCallback) {
    self.tag = tag.tagText
    self.handler = handler
  }

  /// A callback for messages with this tag and no argument of interest.
  @inlinable
  public init(_ tag: some MessageTag, _ callback: @escaping () throws -> Void) {
    self.init(
      tag,
      handling: { input in
        guard input.isValues || input.hasNothing() else { return false }
        try callback()
        return true
      })
  }

  /// A callback for messages with this tag, which gets everything behind the tag.
  @_disfavoredOverload @inlinable
  public init(_ tag: some MessageTag, _ callback: @escaping (Message) throws -> Void) {
    self.init(
      tag,
      handling: { input in
        guard input.isValues else { return false }
        try callback(Message(behindTagOf: input.values))
        return true
      })
  }

  /// A callback for messages with this tag and one argument.
  @inlinable
  public init<A: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A) throws -> Void
  ) {
    self.init(
      tag,
      handling: { input in
        // The rest is a function of its own: what it keeps in registers would cost a message of this node, too.
        guard let a = input.sentAlone(as: A.self) else { return try take(input, callback) }
        try callback(a.pointee)
        return true
      })
  }

  /// A callback for messages with this tag and two arguments.
  @inlinable
  public init<A: MessageConvertible, B: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A, B) throws -> Void
  ) {
    self.init(
      tag,
      handling: { input in
        switch input.form {
        case .values:
          try callback(
            argument(input.values, 1, as: A.self), argument(input.values, 2, as: B.self))
        case .cbor:
          guard let (a, b) = input.two(A.self, B.self, by: CBORArgumentReader.self) else {
            return false
          }
          try callback(a, b)
        case .json:
          guard let (a, b) = input.two(A.self, B.self, by: JSONArgumentReader.self) else {
            return false
          }
          try callback(a, b)
        default:
          guard let a = input.sent(2, 0, as: A.self), let b = input.sent(2, 1, as: B.self) else {
            return false
          }
          try callback(a.pointee, b.pointee)
        }
        return true
      })
  }

  /// A callback for messages with this tag and three arguments.
  @inlinable
  public init<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A, B, C) throws -> Void
  ) {
    self.init(
      tag,
      handling: { input in
        switch input.form {
        case .values:
          try callback(
            argument(input.values, 1, as: A.self), argument(input.values, 2, as: B.self),
            argument(input.values, 3, as: C.self))
        case .cbor:
          guard
            let (a, b, c) = input.three(A.self, B.self, C.self, by: CBORArgumentReader.self)
          else { return false }
          try callback(a, b, c)
        case .json:
          guard
            let (a, b, c) = input.three(A.self, B.self, C.self, by: JSONArgumentReader.self)
          else { return false }
          try callback(a, b, c)
        default:
          guard let a = input.sent(3, 0, as: A.self), let b = input.sent(3, 1, as: B.self),
            let c = input.sent(3, 2, as: C.self)
          else { return false }
          try callback(a.pointee, b.pointee, c.pointee)
        }
        return true
      })
  }

  /// A callback for messages with this tag and four or more arguments.
  @inlinable
  public init<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
    each More: MessageConvertible
  >(
    _ tag: some MessageTag, _ callback: @escaping (A, B, C, D, repeat each More) throws -> Void
  ) {
    self.init(
      tag,
      handling: { input in
        guard input.isValues else { return false }
        let message = input.values
        var index = 4
        func next<T: MessageConvertible>(_ type: T.Type) throws -> T {
          index += 1
          return try argument(message, index, as: type)
        }
        try callback(
          argument(message, 1, as: A.self), argument(message, 2, as: B.self),
          argument(message, 3, as: C.self), argument(message, 4, as: D.self),
          repeat next((each More).self))
        return true
      })
  }

  /// The callback for the form in which functions are called.
  var function: (UnsafeBufferPointer<Value>) throws -> Void {
    { [handler] in _ = try handler(MessageInput($0)) }
  }
}

/// Calls a callback with one argument, in all forms but that of a sender in this process.
///
/// Its parameters are those of the caller in their order, so that the one jumps to the other.
@inlinable @inline(never)
func take<A: MessageConvertible>(
  _ input: MessageInput, _ callback: (A) throws -> Void
) throws -> Bool {
  switch input.form {
  case .values:
    try callback(argument(input.values, 1, as: A.self))
  case .cbor:
    guard let a = input.one(A.self, by: CBORArgumentReader.self) else { return false }
    try callback(a)
  case .json:
    guard let a = input.one(A.self, by: JSONArgumentReader.self) else { return false }
    try callback(a)
  default:
    return false
  }
  return true
}

/// The first value of messages that are meant for one callback: text, or a port id.
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

/// The error of a typed receiver's argument that cannot be converted.
@usableFromInline
struct ArgumentMismatch: Error, CustomStringConvertible {
  @usableFromInline let description: String

  /// The error of an argument of a message to the running port.
  @usableFromInline
  init(_ message: UnsafeBufferPointer<Value>, _ index: Int, expected: Any.Type) {
    let tag = message.first.map(Self.shown) ?? "without tag"
    let found = index < message.count ? "\(Self.shown(message[index])) was sent" : "is missing"
    description =
      "port \(Node.current.runningPort), message \(tag): argument \(index) should be \(expected), but \(found)"
  }

  /// A value as it appears in a reason, with its type where the text does not show it.
  ///
  /// It is cut, because the sender chooses its size.
  private static func shown(_ value: Value) -> String {
    switch value {
    case .string(let text):
      let start = text.unicodeScalars.prefix(40)
      let isCut = start.endIndex < text.unicodeScalars.endIndex
      return Value.string(String(start)).debugDescription + (isCut ? "…" : "")
    case .bytes(let bytes): return "a byte string of \(bytes.count) bytes"
    case .array(let values): return "an array of \(values.count) values"
    case .hash(let values): return "a hash of \(values.count) keys"
    default: return value.debugDescription
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
  /// The value at a position, from 0, converted as Perl would.
  ///
  /// - Throws: An error whose text says what was sent instead, when the value does not fit the type.
  @inlinable
  public func argument<A: MessageConvertible>(_ index: Int, as type: A.Type = A.self) throws -> A {
    try values.withUnsafeBufferPointer { try AnyEventMP.argument($0, index, as: type) }
  }

  /// The values behind the tag.
  @usableFromInline
  init(behindTagOf message: UnsafeBufferPointer<Value>) {
    self.init(message, dropping: 1)
  }
}
