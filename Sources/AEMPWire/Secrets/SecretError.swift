/// Why a text cannot be used as the secret of a network.
///
/// Compared by ``code`` only; ``description`` is a sentence for the user and holds nothing of the
/// secret.
public struct SecretError: Error, Sendable, CustomStringConvertible {
  /// What kind of problem it is.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the problem.
    public let rawValue: String

    /// A code with the given name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The secret has a code point above U+00FF, for which there is no byte.
    public static let codePointTooLarge = Code(rawValue: "codePointTooLarge")
    /// The guarded memory could not be had.
    public static let outOfMemory = Code(rawValue: "outOfMemory")
  }

  /// What kind of problem it is.
  public let code: Code
  /// A sentence that says what is wrong and what to do.
  public let description: String

  static func codePointTooLarge(at position: Int) -> SecretError {
    SecretError(
      code: .codePointTooLarge,
      description: """
        character \(position) of the secret lies above U+00FF, and the network uses one byte per \
        character: use characters up to U+00FF only, or make a secret with "aemp gensecret"
        """)
  }

  static let outOfMemory = SecretError(
    code: .outOfMemory, description: "no guarded memory left for the secret")
}

extension SecretError: Equatable {
  /// Whether both errors have the same ``code``.
  public static func == (a: SecretError, b: SecretError) -> Bool { a.code == b.code }
}
