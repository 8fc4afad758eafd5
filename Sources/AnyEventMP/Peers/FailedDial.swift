/// An attempt to connect to another node that has come to nothing, for those who want to say why.
package struct FailedDial: Hashable, Sendable {
  /// The host and port that were dialled.
  package let address: String
  /// Who answered there, by its own account; nil when nobody did.
  package let node: String?
  /// What went wrong, one line.
  package let reason: String
  /// Whether one side does not accept how the other authenticates.
  package let isRefusedAuthentication: Bool
}
