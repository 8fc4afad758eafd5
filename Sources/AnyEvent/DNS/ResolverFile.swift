/// The settings in a text in the form of `resolv.conf`.
struct ResolverFile {
  private(set) var servers: [String] = []
  private(set) var domains: [String]?
  private(set) var dots: Int?
  /// Seconds for each attempt.
  private(set) var timeout: Double?
  private(set) var attempts: Int?

  init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "#" && $0 != ";" }.split(whereSeparator: \.isWhitespace)
        .map(String.init)
      guard let first = words.first else { continue }
      let rest = Array(words.dropFirst())
      switch first {
      case "nameserver": servers += rest.prefix(1).filter(SocketAddress.isNumeric).map(Self.server)
      case "domain": domains = Array(rest.prefix(1))
      case "search": domains = rest
      case "options": for option in rest { take(option) }
      default: break
      }
    }
  }

  /// A server as c-ares takes it: an IPv6 address has brackets.
  static func server(_ text: String) -> String {
    text.contains(":") && SocketAddress.isNumeric(text) ? "[\(text)]" : text
  }

  private mutating func take(_ option: String) {
    let parts = option.split(separator: Character(":"), maxSplits: 1)
    guard parts.count == 2, let number = Int(parts[1]), number >= 0 else { return }
    switch parts[0] {
    case "timeout": timeout = Double(number)
    case "attempts": attempts = max(1, number)
    case "ndots": dots = number
    default: break
    }
  }
}

extension SocketAddress {
  /// The name under which host names of the address are found; nil for paths.
  var reverseName: String? {
    switch kind {
    case .ipv4(let bits):
      return withUnsafeBytes(of: bits) { $0.reversed().map { "\($0)." }.joined() } + "in-addr.arpa"
    case .ipv6(let high, let low, _):
      // An address that only wraps an IPv4 address has the names of the latter.
      if high == 0, low >> 32 == 0, low > 1 {
        return SocketAddress(.ipv4(UInt32(truncatingIfNeeded: low).bigEndian), port: 0).reverseName
      }
      let digits = [low, high].flatMap { half in
        (0..<16).map { String(half >> ($0 * 4) & 15, radix: 16) + "." }
      }
      return digits.joined() + "ip6.arpa"
    case .unix: return nil
    }
  }

  /// The type of the records that have such addresses.
  var recordType: String {
    if case .ipv4 = kind { "a" } else { "aaaa" }
  }
}
