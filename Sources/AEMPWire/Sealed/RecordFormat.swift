internal import CSodium

/// How a sealed stream is cut into records: a length of four bytes, a code of sixteen, and what it
/// authenticates.
enum RecordFormat {
  /// The bytes of a length.
  static let headerLength = 4
  /// The bytes of the code in front of what is encrypted.
  static let codeLength = Int(crypto_secretbox_MACBYTES)
  /// How many bytes longer a record is than what it carries.
  static let overhead = headerLength + codeLength
  /// The most that one record carries.
  static let maximumContent = 65_536

  /// The nonce of a record: zeros and its number, most significant byte first.
  struct Nonce {
    private var bytes: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private var number: UInt64 = 0

    /// Goes on to the next record; there are more than anybody can send.
    mutating func advance() {
      number += 1
      bytes.2 = number.bigEndian
    }

    /// Calls `body` with the nonce of the present record.
    @inline(__always)
    func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
      withUnsafePointer(to: bytes) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: 24, body)
      }
    }
  }
}
