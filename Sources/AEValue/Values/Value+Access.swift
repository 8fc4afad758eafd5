extension Value {
  /// Whether this is `null`, Perl's `undef`.
  @inlinable public var isNull: Bool {
    if case .null = self { return true }
    return false
  }

  /// The integer this is or reads as; nil if there is none.
  ///
  /// Booleans are 1 and 0, floats and strings must be whole numbers: `"123"`, `" 12 "`, `"1e3"` and
  /// 3.0 are integers, `"12abc"`, `""`, 3.5 and null are not (Perl would take 12, 0, 3 and 0).
  @inlinable public var int: Int? {
    if case .int(let number) = self { return number }
    return convertedInt
  }

  /// The number this is or reads as; nil if there is none.
  ///
  /// Booleans are 1 and 0; a string must be a number as a whole, with white space around it
  /// allowed, as in ``int``; `"inf"` and `"nan"` are numbers.
  @inlinable public var double: Double? {
    if case .double(let number) = self { return number }
    return convertedDouble
  }

  /// The text this is or reads as; nil for null, arrays and hashes.
  ///
  /// Numbers are written as Perl does (3.0 is `"3"`), true is `"1"`, false the empty string. Bytes
  /// are read as UTF-8 or, if they are not, as one character each.
  @inlinable public var string: String? {
    if case .string(let text) = self { return text }
    return convertedString
  }

  /// The bytes this is or reads as; nil for null, arrays, hashes and text with characters beyond
  /// U+00FF.
  ///
  /// Text is one byte for each character, as Perl holds binary data and JSON carries it.
  @inlinable public var bytes: [UInt8]? {
    if case .bytes(let bytes) = self { return bytes }
    return string?.messageBytes
  }

  /// What Perl takes this for in a condition: false for null, false, 0, `""` and `"0"`.
  @inlinable public var bool: Bool {
    switch self {
    case .null: false
    case .bool(let flag): flag
    case .int(let number): number != 0
    case .uint(let number): number != 0
    case .double(let number): number != 0
    case .string(let text): !text.isEmpty && text != "0"
    case .bytes(let bytes): !bytes.isEmpty && bytes != [0x30]
    case .array, .hash: true
    }
  }

  /// The elements of an array; nil for anything else.
  @inlinable public var array: [Value]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  /// The elements of a hash; nil for anything else.
  @inlinable public var hash: TextDictionary<Value>? {
    if case .hash(let elements) = self { return elements }
    return nil
  }

  /// The element of an array, counted from 0, or from the end if negative.
  ///
  /// Null if there is none or this is no array, as in Perl.
  @inlinable public subscript(index: Int) -> Value {
    guard case .array(let elements) = self else { return .null }
    let position = index < 0 ? elements.count + index : index
    return elements.indices.contains(position) ? elements[position] : .null
  }

  /// The element of a hash.
  ///
  /// Null if there is none or this is no hash, as in Perl. Setting it in what is no hash makes it
  /// one.
  @inlinable public subscript(key: String) -> Value {
    get {
      guard case .hash(let elements) = self else { return .null }
      return elements[key] ?? .null
    }
    set {
      var elements: TextDictionary<Value> = [:]
      if case .hash(let present) = self { elements = present }
      self = .null  // so that the elements are changed in place
      elements[key] = newValue
      self = .hash(elements)
    }
  }
}
