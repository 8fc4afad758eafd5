/// Finds the end of a document in either framing.
enum DocumentScanner {
  case cbor(CBORScanner)
  case json(JSONScanner)

  init(_ framing: Framing) {
    switch framing {
    case .cbor: self = .cbor(CBORScanner())
    case .json: self = .json(JSONScanner())
    }
  }

  /// How many bytes there must be before scanning makes sense again.
  var needed: Int {
    switch self {
    case .cbor(let scanner): scanner.needed
    case .json(let scanner): scanner.needed
    }
  }

  /// Where the document ends, once it is complete.
  var end: Int {
    switch self {
    case .cbor(let scanner): scanner.index
    case .json(let scanner): scanner.index
    }
  }

  /// How many steps were made.
  var work: Int {
    switch self {
    case .cbor(let scanner): scanner.work
    case .json(let scanner): scanner.work
    }
  }

  /// Goes on with the document, of which `bytes` are all that is there by now.
  mutating func scan(
    _ bytes: UnsafeRawBufferPointer, _ limits: CodecLimits
  ) throws(CodecError) -> Bool {
    switch self {
    case .cbor(var scanner):
      self = .cbor(CBORScanner())  // so that there is one owner of its memory
      defer { self = .cbor(scanner) }
      return try scanner.scan(bytes, limits)
    case .json(var scanner):
      self = .json(JSONScanner())
      defer { self = .json(scanner) }
      return try scanner.scan(bytes, limits)
    }
  }
}
