internal import CSodium

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
