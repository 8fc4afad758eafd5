internal import AEValue
internal import CSodium

/// The one-time start of libsodium, needed before its generator and its guarded memory.
enum Sodium {
  /// Whether the library started; it fails only when the operating system has no randomness.
  static let isReady: Bool = sodium_init() >= 0

  /// Ends the program with a sentence when the library could not start: a nonce that is not random would
  /// give the secret away.
  static func start() {
    if !isReady { giveUp("libsodium cannot start: the system's random generator is not available") }
  }
}

/// Comparisons whose duration says nothing about the bytes.
enum ConstantTime {
  /// Whether both have the same bytes; only the lengths may be learned from the duration.
  ///
  /// The corresponding C function is `sodium_memcmp`.
  static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let left = a.baseAddress, let right = b.baseAddress else { return true }
    return sodium_memcmp(left, right, a.count) == 0
  }

  /// Whether both have the same bytes; only the lengths may be learned from the duration.
  static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.withUnsafeBytes { left in b.withUnsafeBytes { right in areEqual(left, right) } }
  }
}

/// The base64 of greetings: with the usual alphabet and padding; other forms are not accepted.
enum Base64 {
  private static let variant = sodium_base64_VARIANT_ORIGINAL

  /// The text of these bytes.
  ///
  /// The corresponding C function is `sodium_bin2base64`.
  static func encode(_ bytes: [UInt8]) -> String {
    // The length includes C's terminating zero byte.
    let length = sodium_base64_encoded_len(bytes.count, variant)
    return String(unsafeUninitializedCapacity: length) { text in
      text.withMemoryRebound(to: CChar.self) { out in
        guard let start = out.baseAddress else { return 0 }
        sodium_bin2base64(start, length, bytes, bytes.count, variant)
        return length - 1
      }
    }
  }

  /// The bytes of the text, if there are exactly `count`.
  ///
  /// The corresponding C function is `sodium_base642bin`.
  static func decode(_ text: String, count: Int) -> [UInt8]? {
    var written = 0
    var isComplete = false
    var text = text
    let bytes = text.withUTF8 { text in
      text.withMemoryRebound(to: CChar.self) { text in
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
          guard let start = buffer.baseAddress else { return }
          isComplete =
            sodium_base642bin(
              start, count, text.baseAddress, text.count, nil, &written, nil, variant)
            == 0 && written == count
          initialized = isComplete ? count : 0
        }
      }
    }
    return isComplete ? bytes : nil
  }
}

/// Lower-case hexadecimal digits, the only form that authentication lines allow.
enum Hexadecimal {
  /// Two lower-case digits for each byte, made in constant time.
  ///
  /// The corresponding C function is `sodium_bin2hex`.
  static func encode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let digits = [UInt8](unsafeUninitializedCapacity: bytes.count * 2 + 1) { buffer, count in
      guard let out = buffer.baseAddress else { return }
      let source = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      out.withMemoryRebound(to: CChar.self, capacity: buffer.count) { out in
        _ = sodium_bin2hex(out, bytes.count * 2 + 1, source, bytes.count)
      }
      count = bytes.count * 2
    }
    return digits
  }

  /// The bytes of pairs of lower-case digits; nil for any other text, upper case too.
  ///
  /// The digits come from the other end, so decoding may take variable time.
  static func decode(_ digits: [UInt8]) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    let length = digits.count / 2
    var isComplete = true
    let bytes = [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
      while count < length, isComplete {
        if let high = value(ofDigit: digits[2 * count]),
          let low = value(ofDigit: digits[2 * count + 1])
        {
          bytes.initializeElement(at: count, to: high << 4 | low)
          count += 1
        } else {
          isComplete = false
        }
      }
    }
    return isComplete ? bytes : nil
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
