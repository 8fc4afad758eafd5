internal import CLibUV
internal import Glibc

/// Addresses as the bytes that Perl and the system's functions have.
extension SocketAddress {
  /// An address from a host's bytes in network order: four for IPv4, sixteen for IPv6.
  ///
  /// Nil for other lengths, and for a port beyond 65535. IPv4 written as IPv6 stays IPv6 here, so that
  /// ``bytes`` are the same ones again.
  public init?(bytes: [UInt8], port: Int) {
    guard (0...0xFFFF).contains(port) else { return nil }
    switch bytes.count {
    case 4:
      self.init(.ipv4(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }), port: port)
    case 16:
      let (high, low) = bytes.withUnsafeBytes { $0.loadUnaligned(as: (UInt64, UInt64).self) }
      self.init(.ipv6(high.bigEndian, low.bigEndian, zone: 0), port: port)
    default:
      return nil
    }
  }

  /// The host's bytes in network order: four for IPv4, sixteen for IPv6, none for a path.
  public var bytes: [UInt8] {
    switch kind {
    case .ipv4(let bits): withUnsafeBytes(of: bits, Array.init)
    case .ipv6(let high, let low, _):
      withUnsafeBytes(of: (high.bigEndian, low.bigEndian), Array.init)
    case .unix: []
    }
  }

  /// The address in a `sockaddr` of the system; nil if it is cut off, or of a family that is neither
  /// IPv4, IPv6 nor a path.
  public init?(packed bytes: [UInt8]) {
    let length = bytes.count
    guard length >= MemoryLayout<sa_family_t>.size,
      length <= MemoryLayout<sockaddr_storage>.size
    else { return nil }
    var storage = sockaddr_storage()
    withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: bytes) }
    let address: SocketAddress? = withUnsafePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        SocketAddress($0, length: socklen_t(length))
      }
    }
    guard let address else { return nil }
    self = address
  }

  /// The address as a `sockaddr` of the system, for `bind`, `connect` and the like.
  public var packed: [UInt8] {
    withNative { Array(UnsafeRawBufferPointer(start: $0, count: Int($1))) }
  }

  /// The bytes of a numeric IPv4 address in any of POSIX's forms, such as `"10.1"` or `"0x7f000001"`.
  static func fourBytes(of text: String) -> [UInt8]? {
    // The C function takes the beginning of a text that ends with a dot.
    guard !text.utf8.contains(0), text.utf8.last != UInt8(ascii: "."),
      case .ipv4(let bits) = parseFour(text)
    else { return nil }
    return withUnsafeBytes(of: bits, Array.init)
  }

  /// The bytes of a numeric IPv6 address; those of an IPv4 address, alone or at its end, may have any
  /// of that one's forms.
  static func sixBytes(of text: String) -> [UInt8]? {
    if let four = fourBytes(of: text) {
      return [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
    }
    guard !text.utf8.contains(0) else { return nil }
    var text = text
    if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) {
      let tail = text[text.utf8.index(after: colon)...]
      if tail.utf8.contains(UInt8(ascii: ".")) {
        guard let four = fourBytes(of: String(tail)) else { return nil }
        text = text[...colon] + four.map { String($0) }.joined(separator: ".")
      }
    }
    return [UInt8](unsafeUninitializedCapacity: 16) { bytes, count in
      count = inet_pton(AF_INET6, text, bytes.baseAddress) == 1 ? 16 : 0
    }.nonEmpty
  }
}

extension [UInt8] {
  fileprivate var nonEmpty: [UInt8]? { isEmpty ? nil : self }
}
