import AnyEvent

/// Where strangers come from, and which of them are connected.
final class StrangerPlace: Linked {
  /// The address, or the network that one may have all addresses of.
  let name: String
  var count = 0
  var connections = LinkedQueue<PendingConnection>()
  // In the queue of the places that hold as many; the table of places keeps them.
  unowned(unsafe) var previous: StrangerPlace?
  unowned(unsafe) var next: StrangerPlace?

  init(name: String) {
    self.name = name
  }

  /// The place of `host:port`: for IPv6 the network of 64 bits, since whoever has one address there
  /// has all of them.
  static func name(of address: String) -> String {
    // Nearly all have no brackets, and nothing to look at but the last colon.
    guard address.utf8.first == UInt8(ascii: "[") else {
      let end = address.utf8.lastIndex(of: UInt8(ascii: ":")) ?? address.endIndex
      return String(address[..<end])
    }
    let host = String(address.dropFirst().prefix { $0 != "]" })
    return SocketAddress.network(of: host) ?? host
  }
}
