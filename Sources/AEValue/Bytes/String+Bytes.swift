extension UnsafeRawBufferPointer {
  /// Whether no byte has its highest bit set; eight bytes are looked at at once.
  @inline(__always) package var isASCII: Bool {
    guard let base = baseAddress else { return true }
    let count = count
    if count >= 8 {
      var index = 0
      var seen: UInt64 = 0
      while index + 8 <= count {
        seen |= (base + index).loadUnaligned(as: UInt64.self)
        index += 8
      }
      seen |= (base + count - 8).loadUnaligned(as: UInt64.self)
      return seen & 0x8080_8080_8080_8080 == 0
    }
    var seen: UInt8 = 0
    for index in 0..<count { seen |= (base + index).loadUnaligned(as: UInt8.self) }
    return seen < 0x80
  }
}

extension String {
  /// A string of bytes that are known to be ASCII.
  @inline(__always) init(ascii bytes: UnsafeRawBufferPointer) {
    self.init(decoding: bytes, as: UTF8.self)
  }

  /// The text that bytes mean in the network: their UTF-8 if it is valid, else one character each.
  package init(utf8OrLatin1 bytes: [UInt8]) {
    if let text = String(validating: bytes, as: UTF8.self) {
      self = text
    } else {
      self = String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
    }
  }

  /// One byte for each character, or nil if there is one beyond U+00FF.
  var latin1: [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
