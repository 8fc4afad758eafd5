/// A value under construction: containers fill it while their encoders are alive.
final class EncodingNode {
  private enum Content {
    case value(Value)
    case array([EncodingNode])
    case hash(TextDictionary<EncodingNode>)
  }

  private var content = Content.value(.null)

  /// What has been encoded.
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
    // By the type: a cast would take any empty array for bytes.
    if T.self == Value.self, let value = value as? Value {
      set(value)
    } else if T.self == [UInt8].self, let bytes = value as? [UInt8] {
      set(.bytes(bytes))
    } else {
      try value.encode(to: ValueEncoder(node: self, codingPath: path))
    }
  }
}
