/// Lets an `Encodable` type fill a node.
struct ValueEncoder: Encoder {
  let node: EncodingNode
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.beginHash()
    return KeyedEncodingContainer(Keyed(node: node, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.beginArray()
    return Unkeyed(node: node, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    Single(node: node, codingPath: codingPath)
  }
}

extension ValueEncoder {
  /// Fills a node with one value.
  struct Single: SingleValueEncodingContainer {
    let node: EncodingNode
    let codingPath: [any CodingKey]

    func encodeNil() { node.set(.null) }
    func encode(_ value: Bool) { node.set(.bool(value)) }
    func encode(_ value: String) { node.set(.string(value)) }
    func encode(_ value: Double) { node.set(.double(value)) }
    func encode(_ value: Float) { node.set(.double(Double(value))) }
    func encode(_ value: Int) { node.set(.int(value)) }
    func encode(_ value: Int8) { node.set(Value(integer: value)) }
    func encode(_ value: Int16) { node.set(Value(integer: value)) }
    func encode(_ value: Int32) { node.set(Value(integer: value)) }
    func encode(_ value: Int64) { node.set(Value(integer: value)) }
    func encode(_ value: UInt) { node.set(Value(integer: value)) }
    func encode(_ value: UInt8) { node.set(Value(integer: value)) }
    func encode(_ value: UInt16) { node.set(Value(integer: value)) }
    func encode(_ value: UInt32) { node.set(Value(integer: value)) }
    func encode(_ value: UInt64) { node.set(Value(integer: value)) }
    func encode(_ value: some Encodable) throws { try node.encode(value, at: codingPath) }
  }

  /// Fills the elements of an array.
  struct Unkeyed: UnkeyedEncodingContainer {
    let node: EncodingNode
    let codingPath: [any CodingKey]
    var count: Int { node.count }

    private var path: [any CodingKey] { codingPath + [TextKey(index: count)] }

    func encodeNil() { node.append().set(.null) }

    func encode(_ value: some Encodable) throws {
      let path = path
      try node.append().encode(value, at: path)
    }

    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      superEncoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      superEncoder().unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
      let path = path
      return ValueEncoder(node: node.append(), codingPath: path)
    }
  }

  /// Fills the elements of a hash.
  struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: EncodingNode
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { node.element(key.stringValue).set(.null) }

    func encode(_ value: some Encodable, forKey key: Key) throws {
      try node.element(key.stringValue).encode(value, at: codingPath + [key])
    }

    func nestedContainer<NestedKey: CodingKey>(
      keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
      superEncoder(forKey: key).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      superEncoder(forKey: key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder(TextKey("super")) }

    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }

    private func encoder(_ key: any CodingKey) -> ValueEncoder {
      ValueEncoder(node: node.element(key.stringValue), codingPath: codingPath + [key])
    }
  }
}

/// A value under construction: containers fill it while their encoders are alive.
final class EncodingNode {
  private enum Content {
    case value(Value)
    case array([EncodingNode])
    case hash(TextDictionary<EncodingNode>)
  }

  private var content = Content.value(.null)

  /// The encoded value.
  var value: Value {
    switch content {
    case .value(let value): value
    case .array(let elements): .array(elements.map(\.value))
    case .hash(let elements): .hash(elements.mapValues(\.value))
    }
  }

  /// How many elements the array has.
  var count: Int {
    if case .array(let elements) = content { elements.count } else { 0 }
  }

  func set(_ value: Value) { content = .value(value) }

  /// Becomes an array, if it is none yet.
  func beginArray() {
    if case .array = content { return }
    content = .array([])
  }

  /// Becomes a hash, if it is none yet.
  func beginHash() {
    if case .hash = content { return }
    content = .hash([:])
  }

  /// A new element at the end of the array.
  func append() -> EncodingNode {
    let node = EncodingNode()
    if case .array(var elements) = content {
      content = .value(.null)  // so that the elements are changed in place
      elements.append(node)
      content = .array(elements)
    }
    return node
  }

  /// The element of the hash with that name, new if there is none.
  func element(_ name: String) -> EncodingNode {
    guard case .hash(var elements) = content else { return EncodingNode() }
    if let node = elements[name] { return node }
    let node = EncodingNode()
    content = .value(.null)  // so that the elements are changed in place
    elements[name] = node
    content = .hash(elements)
    return node
  }

  /// Encodes anything into this node.
  func encode<T: Encodable>(_ value: T, at path: [any CodingKey]) throws {
    // The type decides, because a cast would take any empty array for bytes.
    if T.self == Value.self, let value = value as? Value {
      set(value)
    } else if T.self == [UInt8].self, let bytes = value as? [UInt8] {
      set(.bytes(bytes))
    } else {
      try value.encode(to: ValueEncoder(node: self, codingPath: path))
    }
  }
}
