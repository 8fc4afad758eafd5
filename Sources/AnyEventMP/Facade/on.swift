// The callbacks that `on` takes, by their number of arguments: a fixed number is compiled to straight
// code, while a parameter pack costs a lookup of type metadata at every message.

/// A callback for messages with this tag and no argument of interest.
@inlinable
public func on(_ tag: some MessageTag, _ callback: @escaping () throws -> Void) -> Receiver {
  Receiver(tag.tagText) { _ in try callback() }
}

/// A callback for messages with this tag, which gets everything behind the tag.
@_disfavoredOverload @inlinable
public func on(
  _ tag: some MessageTag, _ callback: @escaping (Message) throws -> Void
) -> Receiver {
  Receiver(tag.tagText) { try callback(Message(behindTagOf: $0)) }
}

/// A callback for messages with this tag and one argument.
///
/// Arguments are converted as Perl would; one that does not fit kills the port.
@inlinable
public func on<A: MessageConvertible>(
  _ tag: some MessageTag, _ callback: @escaping (A) throws -> Void
) -> Receiver {
  Receiver(tag.tagText) { try callback(argument($0, 1, as: A.self)) }
}

/// A callback for messages with this tag and two arguments.
@inlinable
public func on<A: MessageConvertible, B: MessageConvertible>(
  _ tag: some MessageTag, _ callback: @escaping (A, B) throws -> Void
) -> Receiver {
  Receiver(tag.tagText) {
    try callback(argument($0, 1, as: A.self), argument($0, 2, as: B.self))
  }
}

/// A callback for messages with this tag and three arguments.
@inlinable
public func on<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
  _ tag: some MessageTag, _ callback: @escaping (A, B, C) throws -> Void
) -> Receiver {
  Receiver(tag.tagText) {
    try callback(
      argument($0, 1, as: A.self), argument($0, 2, as: B.self), argument($0, 3, as: C.self))
  }
}

/// A callback for messages with this tag and four or more arguments.
@inlinable
public func on<
  A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
  each More: MessageConvertible
>(
  _ tag: some MessageTag, _ callback: @escaping (A, B, C, D, repeat each More) throws -> Void
) -> Receiver {
  Receiver(tag.tagText) { message in
    var index = 4
    func next<T: MessageConvertible>(_ type: T.Type) throws -> T {
      index += 1
      return try argument(message, index, as: type)
    }
    try callback(
      argument(message, 1, as: A.self), argument(message, 2, as: B.self),
      argument(message, 3, as: C.self), argument(message, 4, as: D.self),
      repeat next((each More).self))
  }
}
