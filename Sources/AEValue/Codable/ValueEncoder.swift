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
