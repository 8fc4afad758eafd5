internal import CSodiumYardstick

/// What libsodium reaches alone: the yardstick of the sealed channel.
enum SecretBox {
  /// Seals `count` times so many bytes, from one buffer into another.
  static func seal(_ count: Int, size: Int) {
    guard sodium_init() >= 0 else { fail("libsodium does not start") }
    let plain = [UInt8](repeating: 0x78, count: size)
    var sealed = [UInt8](repeating: 0, count: size + Int(crypto_secretbox_MACBYTES))
    let key = [UInt8](repeating: 1, count: Int(crypto_secretbox_KEYBYTES))
    var nonce = [UInt8](repeating: 0, count: Int(crypto_secretbox_NONCEBYTES))
    let watch = Stopwatch()
    for _ in 0..<count {
      guard crypto_secretbox_easy(&sealed, plain, UInt64(size), nonce, key) == 0 else {
        fail("libsodium does not seal")
      }
      sodium_increment(&nonce, nonce.count)
    }
    let seconds = watch.seconds
    var report = Report(role: "one")
    report.add("n", count)
    report.add("mbs", Double(count) * Double(size) / seconds / 1e6)
    report.add("cpu_mbs", Double(count) * Double(size) / watch.cpuSeconds / 1e6)
    report.add(watch, seconds: seconds)
    report.print()
  }
}
