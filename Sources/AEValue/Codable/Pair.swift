precedencegroup PairPrecedence {
  associativity: right
  higherThan: AssignmentPrecedence
  lowerThan: TernaryPrecedence
}

/// Perl's `=>`: a name and a value.
infix operator => : PairPrecedence

/// A name and its value, made by `=>`.
///
/// An array of pairs is a hash, at any depth: `["id" => n + 1, "list" => [n * 2, s]]` is Perl's
/// `{ id => $n + 1, list => [$n * 2, $s] }`. Swift checks it as fast as a call, since all elements have this one
/// type; a `:` literal of different types with operators in it can take Swift longer than it is willing to
/// spend. In a list of arguments a pair is two of them, as in Perl: `snd(port, "tag" => value)`.
public struct Pair: MessageConvertible, Hashable, Sendable {
  /// The name.
  public let name: String
  /// The value.
  public let value: Value

  /// A pair.
  @inlinable
  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }

  /// A hash of this pair alone.
  @inlinable public var messageValue: Value { .hash([name: value]) }

  /// The pair of a hash that has only one; nil for all other values.
  public init?(messageValue: Value) {
    guard let hash = messageValue.hash, hash.count == 1, let only = hash.first else { return nil }
    self.init(only.key, only.value)
  }
}

/// A pair, of any value that can be sent.
@inlinable
public func => (name: String, value: (any MessageConvertible)?) -> Pair {
  Pair(name, value?.messageValue ?? .null)
}

/// A pair whose value is a literal of mixed types.
@_disfavoredOverload @inlinable
public func => (name: String, value: MixedLiteral) -> Pair { Pair(name, value.value) }

/// A pair whose value is `[]` or `[:]`.
@inlinable
public func => (name: String, value: EmptyLiteral) -> Pair { Pair(name, value.value) }

/// A pair whose value is a literal of literals.
@_disfavoredOverload @inlinable
public func => (name: String, value: Value) -> Pair { Pair(name, value) }

extension Value {
  /// An array of these values; a hash if they are pairs.
  ///
  /// Pairs among other values are two elements each, as in Perl.
  public init(_ elements: [(any MessageConvertible)?]) {
    if !elements.isEmpty, elements.allSatisfy({ $0 is Pair }) {
      self.init(pairs: elements.lazy.compactMap { $0 as? Pair })
    } else {
      self = .array(Value.list(elements))
    }
  }

  /// The value of a literal of mixed types.
  @_disfavoredOverload @inlinable
  public init(_ literal: MixedLiteral) { self = literal.value }

  /// A hash of pairs; of a name that comes twice the last counts, as in Perl.
  @inlinable
  public init(pairs: some Sequence<Pair>) {
    self = .hash(TextDictionary(pairs.lazy.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
  }

  /// A list of arguments: nil is null, and a pair is its name and its value.
  public static func list(_ arguments: some Collection<(any MessageConvertible)?>) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(arguments.count)
    for argument in arguments {
      if let pair = argument as? Pair {
        values.append(.string(pair.name))
        values.append(pair.value)
      } else {
        values.append(argument?.messageValue ?? .null)
      }
    }
    return values
  }
}

/// A literal of an array or a hash whose elements have different types: what `snd` and its like end in.
///
/// Nobody needs to name this type: Swift makes it of `[n + 1, s]` and `["a": n + 1, "b": s]`.
public struct MixedLiteral: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  /// The array or the hash.
  public let value: AEValue.Value

  /// An array of these values; a hash if they are pairs.
  public init(arrayLiteral elements: (any MessageConvertible)?...) {
    value = AEValue.Value(elements)
  }

  /// A hash of these values; of a name that comes twice the last counts, as in Perl.
  public init(dictionaryLiteral elements: (String, (any MessageConvertible)?)...) {
    value = AEValue.Value(pairs: elements.map { Pair($0, $1?.messageValue ?? .null) })
  }
}

/// The literals `[]` and `[:]`, which have no element that could tell their type.
public struct EmptyLiteral: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  /// An empty array or an empty hash.
  public let value: AEValue.Value

  /// An empty array.
  public init(arrayLiteral elements: Never...) { value = .array([]) }

  /// An empty hash.
  public init(dictionaryLiteral elements: (Never, Never)...) { value = .hash([:]) }
}
