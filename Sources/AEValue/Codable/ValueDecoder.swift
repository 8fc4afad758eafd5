/// Hands `init(from:)` of the decoded types the objects that they need; only types that need some ask for it.
package protocol DecodingContext: AnyObject {
  var userInfo: [CodingUserInfoKey: Any] { get }
}

/// Lets a `Decodable` type take a value apart.
struct ValueDecoder: Decoder {
  let value: Value
  let codingPath: [any CodingKey]
  let context: (any DecodingContext)?
  var userInfo: [CodingUserInfoKey: Any] { context?.userInfo ?? [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .hash(let elements) = value else {
      throw mismatch(TextDictionary<Value>.self, "a hash")
    }
    return KeyedDecodingContainer(
      Keyed(elements: elements, codingPath: codingPath, context: context))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    switch value {
    case .array(let elements): return unkeyed(elements)
    case .bytes(let bytes): return unkeyed(bytes.map { .int(Int($0)) })
    default: throw mismatch([Value].self, "an array")
    }
  }

  private func unkeyed(_ elements: [Value]) -> Unkeyed {
    Unkeyed(elements: elements, codingPath: codingPath, context: context)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  /// Decodes anything from the value.
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    if type == Value.self, let value = value as? T { return value }
    if type == [UInt8].self, let bytes = value.bytes as? T { return bytes }
    return try T(from: self)
  }

  private func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
    let context = DecodingError.Context(
      codingPath: codingPath, debugDescription: "expected \(expected), found \(value.kind)")
    return value.isNull
      ? DecodingError.valueNotFound(type, context) : DecodingError.typeMismatch(type, context)
  }
}

extension ValueDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { value.isNull }
  func decode(_ type: Bool.Type) throws -> Bool {
    switch value {
    case .null, .array, .hash: throw mismatch(type, "a boolean")
    default: value.bool
    }
  }
  func decode(_ type: String.Type) throws -> String { try convert(value.string, "a string") }
  func decode(_ type: Double.Type) throws -> Double { try convert(value.double, "a number") }
  func decode(_ type: Float.Type) throws -> Float {
    Float(try convert(value.double, "a number"))
  }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

  private func integer<T: MessageConvertible>(_ type: T.Type) throws -> T {
    try convert(T(messageValue: value), "an integer in the range of \(type)")
  }

  private func convert<T>(_ converted: T?, _ expected: String) throws -> T {
    guard let converted else { throw mismatch(T.self, expected) }
    return converted
  }
}

extension ValueDecoder {
  /// Takes an array apart.
  struct Unkeyed: UnkeyedDecodingContainer {
    let elements: [Value]
    let codingPath: [any CodingKey]
    let context: (any DecodingContext)?
    private(set) var currentIndex = 0

    init(
      elements: [Value], codingPath: [any CodingKey], context: (any DecodingContext)?
    ) {
      self.elements = elements
      self.codingPath = codingPath
      self.context = context
    }

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    mutating func decodeNil() throws -> Bool {
      guard try peek().value.isNull else { return false }
      currentIndex += 1
      return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
      let decoded = try peek().decode(type)
      currentIndex += 1
      return decoded
    }

    mutating func nestedContainer<Key: CodingKey>(
      keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> { try superDecoder().container(keyedBy: type) }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
      try superDecoder().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
      let decoder = try peek()
      currentIndex += 1
      return decoder
    }

    /// A decoder of the next element.
    private func peek() throws -> ValueDecoder {
      let path = codingPath + [TextKey(index: currentIndex)]
      guard !isAtEnd else {
        throw DecodingError.valueNotFound(
          Value.self,
          DecodingError.Context(
            codingPath: path, debugDescription: "the array has no more elements"))
      }
      return ValueDecoder(
        value: elements[currentIndex], codingPath: path, context: context)
    }
  }

  /// Takes a hash apart.
  struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let elements: TextDictionary<Value>
    let codingPath: [any CodingKey]
    let context: (any DecodingContext)?

    var allKeys: [Key] { elements.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { elements[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value.isNull }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
      try decoder(key).decode(type)
    }

    func nestedContainer<NestedKey: CodingKey>(
      keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> { try decoder(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try decoder(TextKey("super")) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func decoder(_ key: any CodingKey) throws -> ValueDecoder {
      guard let value = elements[key.stringValue] else {
        throw DecodingError.keyNotFound(
          key,
          DecodingError.Context(
            codingPath: codingPath, debugDescription: "the hash has no \"\(key.stringValue)\""))
      }
      return ValueDecoder(value: value, codingPath: codingPath + [key], context: context)
    }
  }
}
