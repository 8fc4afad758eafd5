import AnyEvent
import AnyEventMP

/// Tells early when no seed will connect us, instead of letting the command wait for its time limit.
final class SeedWatch {
  private unowned let session: NetworkSession
  /// The last failure at each seed.
  private var failures: TextDictionary<FailedDial> = [:]
  /// Nodes that did not accept how we authenticate, or whom we did not accept.
  private(set) var refusing: TextSet = []

  init(session: NetworkSession) {
    self.session = session
  }

  func start() {
    session.node.onFailedDial = { [unowned self] in failed($0) }
  }

  /// Why nobody can answer at the moment; nil when somebody is connected.
  var problem: String? {
    guard session.node.connectedNodes.isEmpty else { return nil }
    let reasons = session.node.seedAddresses.compactMap { failures[$0]?.reason }
    return reasons.last.map { "no seed is connected: \($0)" } ?? "no seed has answered"
  }

  private func failed(_ dial: FailedDial) {
    if dial.isRefusedAuthentication, let node = dial.node { refusing.insert(node) }
    let seeds = session.node.seedAddresses
    guard seeds.contains(dial.address) else { return }
    failures[dial.address] = dial
    guard session.node.connectedNodes.isEmpty, seeds.allSatisfy({ failures[$0] != nil }) else {
      return
    }
    conclude(seeds.compactMap { failures[$0] })
  }

  private func conclude(_ failures: [FailedDial]) {
    if let refused = failures.first(where: \.isRefusedAuthentication) {
      session.seedsFailed(.authenticationRefused, "\(refused.address): \(refused.reason)")
    } else if let last = failures.last {
      session.seedsFailed(
        .noSuchNode,
        failures.count == 1
          ? "the seed cannot be reached: \(last.reason)"
          : "none of the \(failures.count) seeds can be reached, the last one: \(last.reason)")
    }
  }
}
