/// A way to encrypt connections with nothing but the network's secret; the raw value is its name on the
/// wire.
///
/// All of them agree on keys in the same way, each with labels of its own, so that a key that one has derived from
/// the secret is of no use with another. They differ in the cipher of the records.
enum SealedMethod: String, CaseIterable, Sendable {
  // The cases stand in the order of preference, on both ends, whatever the order in a configuration.
  case chacha20Poly1305 = "chacha20poly1305_x25519"
  case secretbox = "secretbox_x25519"

  /// The purpose of the key that is made of the secret; others make other keys.
  var purpose: String {
    switch self {
    case .chacha20Poly1305: "aemp-sealed-v2"
    case .secretbox: "aemp-sealed-v1"
    }
  }

  /// The label before the facts that the keys of a connection are made of.
  var keysLabel: [UInt8] { Array("\(purpose) keys\n".utf8) }

  /// The label before the greetings that an authentication line covers.
  var proofLabel: [UInt8] { Array("\(rawValue)\n".utf8) }

  /// The place of the method's key among those that are made of the secret.
  var index: Int {
    switch self {
    case .secretbox: 0
    case .chacha20Poly1305: 1
    }
  }
}
