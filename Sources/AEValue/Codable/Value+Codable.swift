extension Value {
  /// Creates the value that an `Encodable` type describes.
  ///
  /// Keyed containers become hashes, unkeyed ones arrays, `[UInt8]` binary data.
  ///
  /// - Throws: `EncodingError`, or what the type's own `encode(to:)` throws.
  public init(encoding value: some Encodable) throws {
    if let plain = Value(plain: value) {
      self = plain
      return
    }
    let node = EncodingNode()
    try node.encode(value, at: [])
    self = node.value
  }

  /// Makes an instance of a `Decodable` type of the value.
  ///
  /// Numbers, strings and booleans convert as the accessors do (``int``, ``string``, …).
  ///
  /// - Throws: `DecodingError`, or what the type's own `init(from:)` throws.
  public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
    if let plain = plain(as: type) { return plain }
    return try ValueDecoder(value: self, codingPath: [], context: nil).decode(type)
  }

  /// Decodes a type as ``decode(_:)`` does, with the objects that the context hands to its `init(from:)`.
  package func decode<T: Decodable>(
    _ type: T.Type, in context: any DecodingContext
  ) throws -> T {
    if let plain = plain(as: type) { return plain }
    return try ValueDecoder(value: self, codingPath: [], context: context).decode(type)
  }
}

extension Value: Codable {
  /// Encodes the value into any encoder.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
      return
    case .hash(let elements):
      var container = encoder.container(keyedBy: TextKey.self)
      for (key, element) in elements { try container.encode(element, forKey: TextKey(key)) }
      return
    default: break
    }
    var container = encoder.singleValueContainer()
    switch self {
    case .null, .array, .hash: try container.encodeNil()
    case .bool(let flag): try container.encode(flag)
    case .int(let number): try container.encode(number)
    case .uint(let number): try container.encode(number)
    case .double(let number): try container.encode(number)
    case .string(let text): try container.encode(text)
    case .bytes(let bytes): try container.encode(bytes)
    }
  }

  /// Decodes a value from any decoder, and tries the kinds of values one after the other.
  public init(from decoder: any Decoder) throws {
    if let decoder = decoder as? ValueDecoder {
      self = decoder.value
      return
    }
    if let keyed = try? decoder.container(keyedBy: TextKey.self) {
      var elements: TextDictionary<Value> = [:]
      for key in keyed.allKeys {
        elements[key.stringValue] = try keyed.decode(Value.self, forKey: key)
      }
      self = .hash(elements)
      return
    }
    if var unkeyed = try? decoder.unkeyedContainer() {
      var elements: [Value] = []
      while !unkeyed.isAtEnd { elements.append(try unkeyed.decode(Value.self)) }
      self = .array(elements)
      return
    }
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .null
    } else if let flag = try? single.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? single.decode(Int.self) {
      self = .int(number)
    } else if let number = try? single.decode(UInt64.self) {
      self = .uint(number)
    } else if let number = try? single.decode(Double.self) {
      self = .double(number)
    } else {
      self = .string(try single.decode(String.self))
    }
  }
}

/// A coding key of any text, or the position in an array.
struct TextKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ text: String) {
    stringValue = text
    intValue = nil
  }

  init(index: Int) {
    stringValue = "Index \(index)"
    intValue = index
  }

  init?(stringValue: String) { self.init(stringValue) }

  init?(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }
}

// MARK: - Codable types as messages

extension MessageConvertible where Self: Encodable {
  /// The value that `Encodable` describes; null if encoding throws.
  ///
  /// Use ``Value/init(encoding:)`` to see why it does.
  public var messageValue: Value { (try? Value(encoding: self)) ?? .null }
}

extension MessageConvertible where Self: Decodable {
  /// The instance that `Decodable` makes of a value; nil when it does not fit.
  ///
  /// Use ``Value/decode(_:)`` to see why it does not.
  public init?(messageValue: Value) {
    guard let decoded = try? messageValue.decode(Self.self) else { return nil }
    self = decoded
  }
}
