internal import AEValue

/// What an I/O watcher waits for.
public struct IOMode: Hashable, Sendable, ExpressibleByStringLiteral {
  private let isWrite: Bool

  /// The descriptor can be read, or is at its end.
  public static let read = IOMode(isWrite: false)
  /// The descriptor can be written.
  public static let write = IOMode(isWrite: true)

  private init(isWrite: Bool) { self.isWrite = isWrite }

  /// Perl's spelling: `"r"` or `"w"`.
  public init(stringLiteral value: String) {
    require(
      value == "r" || value == "w", "an I/O watcher polls for \"r\" or \"w\", not \"\(value)\"")
    self.init(isWrite: value == "w")
  }
}
