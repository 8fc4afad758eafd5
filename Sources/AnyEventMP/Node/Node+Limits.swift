import AnyEvent

extension Node {
  /// Takes over the limits that somebody has configured; the others stay as the program has them.
  func apply(_ configured: [Setting: Int]) {
    for limit in Limit.all {
      if let value = configured[limit.setting] { self[keyPath: limit.property] = value }
    }
    limitStrangers(isConfigured: configured[Limit.maxStrangers.setting] != nil)
    // What we dial must not take the descriptors of those who come to us.
    dials.limit = min(dials.limit, max(1, surroundings.descriptorLimit() / 4))
  }

  /// Half of the descriptors stay for others: who is silent must not keep nodes from connecting.
  private func limitStrangers(isConfigured: Bool) {
    let most = max(1, surroundings.descriptorLimit() / 2)
    guard switchboard.maximumStrangers > most else { return }
    if isConfigured {
      AE.log(
        .warn, in: Log.kernel,
        """
        max_strangers is \(most) instead of \(switchboard.maximumStrangers), half of what descriptors \
        this process may have; raise that limit (ulimit -n)
        """)
    }
    switchboard.maximumStrangers = most
  }

  /// Seconds that a handshake may take.
  var handshakeTimeout: Double { configuration?.handshakeTimeout ?? monitorTimeout }
}
