internal import AEValue
internal import CSodium

/// The one-time start of libsodium, needed before its generator and its guarded memory.
enum Sodium {
  /// Whether the library started; it fails only when the operating system has no randomness.
  static let isReady: Bool = sodium_init() >= 0

  /// Ends the program with a sentence when the library could not start: a nonce that is not random would give
  /// the secret away, so there is nothing sensible to continue with.
  static func start() {
    if !isReady { giveUp("libsodium cannot start: the system's random generator is not available") }
  }
}
