import AEMPWire

/// Two machines joined by a pipe in memory that cuts what they send as it likes.
struct Pair {
  let dialler: Owner
  let listener: Owner

  init(
    _ dialling: HandshakeConfiguration, _ accepting: HandshakeConfiguration
  ) throws {
    dialler = Owner(try Handshake(dialling, as: .dialling, peerAddress: "127.0.0.1:4040"))
    listener = Owner(try Handshake(accepting, as: .accepting, peerAddress: "127.0.0.1:53296"))
  }

  /// Lets bytes go both ways until both have nothing more to say.
  func run(_ cut: ([UInt8]) -> [[UInt8]] = { [$0] }) {
    dialler.start()
    listener.start()
    var quiet = false
    while !quiet {
      let there = dialler.takeSent()
      let back = listener.takeSent()
      quiet = there.isEmpty && back.isEmpty
      for segment in cut(there) { listener.feed(segment) }
      for segment in cut(back) { dialler.feed(segment) }
    }
  }
}

/// Segments of a length, the last one shorter.
func segments(of length: Int) -> ([UInt8]) -> [[UInt8]] {
  { bytes in
    stride(from: 0, to: bytes.count, by: length).map {
      Array(bytes[$0..<min($0 + length, bytes.count)])
    }
  }
}
