import AnyEvent
import AnyEventMP

/// The tool as a node of the network for one command: it joins, does the command, and leaves.
///
/// Its settings are those of the profile `aemp`, or of the one that the command line names. Node id and
/// listeners are the tool's own unless that profile itself has some: those of the file's top level are
/// meant for the nodes that run all the time.
final class NetworkSession {
  let command: NetworkCommand
  let node = Node.current
  let loop = Loop.default
  /// Whether the command goes on when no seed can be reached: they may be about to start.
  var bearsUnreachableSeeds = false
  /// Whether the command goes on when all seeds are lost: they may be about to start again.
  var bearsLostSeeds = false
  /// Reports a failure in a command's own way, and returns the exit code.
  var onFailure: ((ExitCode, String) -> ExitCode)?
  /// All nodes that were connected at any time.
  private(set) var connected: TextSet = []
  private(set) lazy var seeds = SeedWatch(session: self)
  private var errand: Errand?
  private var progress: Progress?
  private var outcome: ExitCode?

  /// Seconds that other nodes get to take the last messages.
  private static let patience = 1.0

  init(_ command: NetworkCommand) {
    self.command = command
  }

  /// Does the command.
  ///
  /// - Parameter begin: begins the command, such as the shell, which uses this session for many errands.
  /// - Returns: the exit code; if it is no success, a sentence on standard error has said why.
  func run(_ begin: (Errand) -> Void) -> ExitCode {
    // The tool itself reports each failure once.
    LibraryLog.limit(to: .fatal)
    do {
      try node.configure(try arguments())
    } catch {
      return fail(.failure, "\(error)")
    }
    guard !node.seedAddresses.isEmpty else {
      return fail(
        .failure,
        "the configuration has no seeds, so no other node can be found; name one with \"aemp addseed HOST:PORT\""
      )
    }
    seeds.start()
    mon_nodes { node, isUp in if isUp { self.connected.insert(node) } }
    let errand = Errand(self, command.options) { [unowned self] code, sentence in
      // The sentence takes the line of the progress.
      progress?.stop()
      outcome = sentence.map { fail(code, $0) } ?? code
      loop.stop()
    }
    self.errand = errand
    progress = Progress(on: loop) { [unowned errand] in errand.awaited }
    if let seconds = command.timeLimit { errand.limit(to: seconds) }
    begin(errand)
    if outcome == nil { loop.run() }
    // The last messages of the command arrive before the tool leaves.
    node.leave(within: Self.patience) { [loop] in loop.stop() }
    loop.run()
    return outcome ?? .failure
  }

  /// Reports a failure in the way of the command, and returns the exit code.
  private func fail(_ code: ExitCode, _ sentence: String) -> ExitCode {
    if let onFailure { return onFailure(code, sentence) }
    Output.complain(sentence)
    return code
  }

  /// Ends the command because no seed can be reached, or none accepts the tool.
  func seedsFailed(_ code: ExitCode, _ sentence: String) {
    if code == .noSuchNode {
      if bearsUnreachableSeeds || (bearsLostSeeds && !connected.isEmpty) { return }
    }
    errand?.finish(code, sentence)
  }

  private func arguments() throws(ConfigurationError) -> ConfigurationArguments {
    let profile = command.profile ?? "aemp"
    let file = ConfigurationFile.ofProcess()
    var settings: TextDictionary<Value> = [:]
    do throws(ConfigurationError) {
      settings = try ConfigurationEdit.profile(profile, in: try file.load(), file: file.path)
    } catch {
      // Without a profile of its own the tool has the settings of all nodes.
      guard error.code == .unknownProfile, command.profile == nil else { throw error }
    }
    return ConfigurationArguments(
      profile, nodeid: settings[Setting.nodeID.name] == nil ? "anon/" : nil,
      binds: settings[Setting.binds.name] == nil ? ["*:*"] : nil,
      framing_format: command.options.framing.map { [$0.rawValue] }, force: true)
  }
}

/// Notices early that no seed will connect the tool, so that a command need not wait for its time limit.
final class SeedWatch {
  private unowned let session: NetworkSession
  /// The last failure at each seed.
  private var failures: TextDictionary<FailedDial> = [:]
  /// The nodes at which an authentication failed, at either end.
  private(set) var refusing: TextSet = []

  init(session: NetworkSession) {
    self.session = session
  }

  func start() {
    session.node.onFailedDial = { [unowned self] in failed($0) }
  }

  /// Why no node can answer at the moment; nil when one is connected.
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
