extension ValueDecoder {
  /// Takes an array apart.
  struct Unkeyed: UnkeyedDecodingContainer {
    let elements: [Value]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(elements: [Value], codingPath: [any CodingKey]) {
      self.elements = elements
      self.codingPath = codingPath
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
      return ValueDecoder(value: elements[currentIndex], codingPath: path)
    }
  }

  /// Takes a hash apart.
  struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let elements: TextDictionary<Value>
    let codingPath: [any CodingKey]

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
      return ValueDecoder(value: value, codingPath: codingPath + [key])
    }
  }
}
