import AEMPWire

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

extension Node {
  /// Tells who dialled, and who listens in, that an attempt has failed.
  func failed(_ dial: Dial, _ reason: String, node: String? = nil, code: Refusal.Code? = nil) {
    dial.failed?(.unreachable(reason))
    onFailedDial?(
      FailedDial(
        address: dial.address, node: node, reason: reason,
        isRefusedAuthentication: code?.isAboutAuthentication ?? false))
  }

  /// The addresses of the seeds that are to be connected.
  package var seedAddresses: [String] {
    seeds.targets.compactMap { target in
      if case .seed(let address) = target.purpose { address } else { nil }
    }
  }
}

extension Refusal.Code {
  fileprivate var isAboutAuthentication: Bool {
    switch self {
    case .noCredentials, .noCommonAuthMethod, .authMethodNotAccepted, .wrongSecret, .refusedByPeer,
      .notSealed, .unusableKey, .tls:
      true
    default: false
    }
  }
}
