import AEValue

/// The order that decides which value shows when several nodes hold one key.
enum ValueOrder {
  /// Whether `left` shows before `right`: its canonical CBOR encoding is greater, byte by byte.
  ///
  /// The same on all nodes, whatever the order of arrival.
  static func isGreater(_ left: Value, _ right: Value) -> Bool {
    canonical(right).lexicographicallyPrecedes(canonical(left))
  }

  private static func canonical(_ value: Value) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    return bytes
  }

  private static func append(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(0xf6)
    case .bool(let flag): bytes.append(flag ? 0xf5 : 0xf4)
    case .int(let number):
      let sign = number >> 63
      head(UInt8(truncatingIfNeeded: sign & 1), UInt64(bitPattern: Int64(number ^ sign)), &bytes)
    case .uint(let number): head(0, number, &bytes)
    case .double(let number):
      // A framing may turn an integral float into an integer on its way: both compare alike.
      if let integer = Int(exactly: number) { return append(.int(integer), to: &bytes) }
      bytes.append(0xfb)
      withUnsafeBytes(of: number.bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
    case .string(let text):
      head(3, UInt64(text.utf8.count), &bytes)
      bytes.append(contentsOf: text.utf8)
    case .bytes(let data):
      head(2, UInt64(data.count), &bytes)
      bytes.append(contentsOf: data)
    case .array(let elements):
      head(4, UInt64(elements.count), &bytes)
      for element in elements { append(element, to: &bytes) }
    case .hash(let elements):
      head(5, UInt64(elements.count), &bytes)
      let keys = elements.keys.map { (canonical(.string($0)), $0) }
      for (encoded, key) in keys.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
        bytes.append(contentsOf: encoded)
        append(elements[key] ?? .null, to: &bytes)
      }
    }
  }

  private static func head(_ major: UInt8, _ argument: UInt64, _ bytes: inout [UInt8]) {
    let kind = major << 5
    let width: Int
    switch argument {
    case 0..<24: return bytes.append(kind | UInt8(argument))
    case 24..<0x100: (width, _) = (1, bytes.append(kind | 24))
    case 0x100..<0x1_0000: (width, _) = (2, bytes.append(kind | 25))
    case 0x1_0000..<0x1_0000_0000: (width, _) = (4, bytes.append(kind | 26))
    default: (width, _) = (8, bytes.append(kind | 27))
    }
    for index in (0..<width).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: argument >> UInt64(8 * index)))
    }
  }
}
