import AEValue

/// The addresses in an entry of `'l`, which anybody may have written: each once, and not too many.
enum AddressList {
  /// Bytes of the longest `host:port` that means anything.
  static let longest = 300

  /// The first of them that can be used, each once.
  static func usable(_ addresses: some Sequence<String>, atMost limit: Int) -> [String] {
    var seen: TextSet = []
    var usable: [String] = []
    for address in addresses where address.utf8.count <= longest {
      if usable.count >= limit { break }
      if seen.insert(address).inserted { usable.append(address) }
    }
    return usable
  }

  /// The entry as it is kept: what is no list is null.
  static func entry(_ value: Value, atMost limit: Int) -> Value {
    guard case .array(let elements) = value else { return .null }
    let addresses = usable(elements.lazy.compactMap(\.string), atMost: limit)
    return addresses.count == elements.count ? value : .array(addresses.map { .string($0) })
  }
}
