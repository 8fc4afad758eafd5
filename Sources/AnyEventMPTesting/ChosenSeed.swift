import Glibc

/// The seed of a network that was made without one.
enum ChosenSeed {
  /// The seed from the environment, or a new one; printed on standard error.
  static func next() -> UInt64 {
    let given = getenv("AE_SIMULATION_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
    var line = "simulated network: AE_SIMULATION_SEED=\(seed)\n"
    _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    return seed
  }
}
