internal import CSodium

/// Base64 as it stands in greetings: the usual alphabet, padded, and nothing else accepted.
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

  /// The bytes that the text stands for, if there are exactly `count`.
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
