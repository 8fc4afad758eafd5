internal import CCares
internal import Glibc

/// Reads the parts of a message of DNS from its bytes; nil stands for a part that cannot be read.
struct DNSReader {
  private let bytes: [UInt8]
  private var place = 0
  /// Where the part ends that is read now: the message, or the data of a record.
  private var end: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
  }

  mutating func byte() -> UInt8? {
    guard place < end else { return nil }
    defer { place += 1 }
    return bytes[place]
  }

  mutating func short() -> UInt16? {
    guard let high = byte(), let low = byte() else { return nil }
    return UInt16(high) << 8 | UInt16(low)
  }

  mutating func long() -> UInt32? {
    guard let high = short(), let low = short() else { return nil }
    return UInt32(high) << 16 | UInt32(low)
  }

  /// A domain name; parts of it may stand elsewhere in the message.
  mutating func name() -> String? {
    guard place < end, isNameShort else { return nil }
    return bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var text: UnsafeMutablePointer<CChar>?
      var length = 0
      let status = ares_expand_name(base + place, base, CInt(buffer.count), &text, &length)
      guard status == ARES_SUCCESS, let text else { return nil }
      defer { ares_free_string(text) }
      place += length
      return place <= end ? String(cString: text) : nil
    }
  }

  /// Whether the name here has at most 255 bytes, as RFC 1035 wants.
  ///
  /// c-ares does not ask for that, and one of 64 KiB could be named again by every two bytes of a message.
  private var isNameShort: Bool {
    // The zero byte at the end counts.
    var (at, length, jumps) = (place, 1, 0)
    while at < bytes.count, length <= 255, jumps <= 128 {
      let count = Int(bytes[at])
      switch count >> 6 {
      case 0 where count == 0: return true
      case 0:
        length += count + 1
        at += count + 1
      case 3 where at + 1 < bytes.count:
        jumps += 1
        at = (count & 0x3F) << 8 | Int(bytes[at + 1])
      default: return false
      }
    }
    return false
  }

  /// A string with its length before it.
  private mutating func string() -> String? {
    guard let count = byte() else { return nil }
    return text(Int(count))
  }

  private mutating func text(_ count: Int) -> String? {
    raw(count).map { String(utf8OrLatin1: $0) }
  }

  private mutating func raw(_ count: Int) -> [UInt8]? {
    guard count <= end - place else { return nil }
    defer { place += count }
    return Array(bytes[place..<place + count])
  }

  /// Reads so many records; a record whose data does not fit its type is left out.
  mutating func records(_ count: UInt16) -> [DNSRecord]? {
    var records: [DNSRecord] = []
    for _ in 0..<count {
      guard let name = name(), let type = short(), let `class` = short(), let ttl = long(),
        let length = short(), Int(length) <= end - place
      else { return nil }
      let whole = end
      end = place + Int(length)
      let typeName = DNSNames.types.name(type)
      if let data = data(typeName) {
        records.append(
          DNSRecord(
            name: name, type: typeName, class: DNSNames.classes.name(`class`), ttl: Int(ttl),
            data: data))
      }
      place = end
      end = whole
    }
    return records
  }

  /// The data of a record of a type, up to its end.
  private mutating func data(_ type: String) -> [Value]? {
    switch type {
    case "a": address(4)
    case "aaaa": address(16)
    case "ns", "md", "mf", "cname", "mb", "mg", "mr", "ptr", "dname": all([.name])
    case "minfo", "rp": all([.name, .name])
    case "mx", "afsdb", "rt", "kx": all([.short, .name])
    case "soa": all([.name, .name, .long, .long, .long, .long, .long])
    case "srv": all([.short, .short, .short, .name])
    case "naptr": all([.short, .short, .string, .string, .string, .name])
    case "hinfo": all([.string, .string])
    case "caa": all([.byte, .string, .rest])
    case "txt", "spf": strings()
    default: raw(end - place).map { [.bytes($0)] }
    }
  }

  private enum Piece { case byte, short, long, name, string, rest }

  private mutating func all(_ pieces: [Piece]) -> [Value]? {
    var values: [Value] = []
    for piece in pieces {
      let value: Value? =
        switch piece {
        case .byte: byte().map { .int(Int($0)) }
        case .short: short().map { .int(Int($0)) }
        case .long: long().map { .int(Int($0)) }
        case .name: name().map { .string($0) }
        case .string: string().map { .string($0) }
        case .rest: text(end - place).map { .string($0) }
        }
      guard let value else { return nil }
      values.append(value)
    }
    return values
  }

  private mutating func strings() -> [Value]? {
    var values: [Value] = []
    while place < end {
      guard let string = string() else { return nil }
      values.append(.string(string))
    }
    return values
  }

  private mutating func address(_ count: Int) -> [Value]? {
    guard end - place == count, let bytes = raw(count) else { return nil }
    let kind: SocketAddress.Kind = bytes.withUnsafeBytes { raw in
      guard count == 16 else { return .ipv4(raw.loadUnaligned(as: UInt32.self)) }
      let (high, low) = raw.loadUnaligned(as: (UInt64, UInt64).self)
      return .ipv6(high.bigEndian, low.bigEndian, zone: 0)
    }
    return [.string(SocketAddress(kind, port: 0).host)]
  }
}
