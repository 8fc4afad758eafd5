import AnyEvent
import AnyEventMP

/// The tool as a node of the network, for one command: joins, does it, leaves.
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
  /// The same, once it was connected: they may be about to start again.
  var bearsLostSeeds = false
  /// The nodes that were connected at some time.
  private(set) var connected: TextSet = []
  private(set) lazy var seeds = SeedWatch(session: self)
  private var errand: Errand?
  private var progress: Progress?
  private var outcome: ExitCode?

  /// Seconds that other nodes get to take what was sent to them.
  private static let patience = 1.0

  init(_ command: NetworkCommand) {
    self.command = command
  }

  /// Does the command.
  ///
  /// - Parameter begin: begins what it is, which may be one of those that use this session for many.
  /// - Returns: how it ended; a sentence on standard error has said why when that was not well.
  func run(_ begin: (Errand) -> Void) -> ExitCode {
    // What goes wrong is said by the tool itself, once.
    LibraryLog.limit(to: .fatal)
    do {
      try node.configure(try arguments())
    } catch {
      Output.complain("\(error)")
      return .failure
    }
    guard !node.seedAddresses.isEmpty else {
      Output.complain(
        "the configuration has no seeds, so no other node can be found; name one with \"aemp addseed HOST:PORT\""
      )
      return .failure
    }
    seeds.start()
    mon_nodes { node, isUp in if isUp { self.connected.insert(node) } }
    let errand = Errand(self, command.options) { [unowned self] code, sentence in
      outcome = code
      // Its line is where the sentence goes.
      progress?.stop()
      if let sentence { Output.complain(sentence) }
      loop.stop()
    }
    self.errand = errand
    progress = Progress(on: loop) { [unowned errand] in errand.awaited }
    if let seconds = command.timeLimit { errand.limit(to: seconds) }
    begin(errand)
    if outcome == nil { loop.run() }
    // What the command has sent last arrives before we go.
    node.leave(within: Self.patience) { [loop] in loop.stop() }
    loop.run()
    return outcome ?? .failure
  }

  /// No seed can be reached, or none accepts us.
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
      // Without a profile of its own the tool has what all nodes have.
      guard error.code == .unknownProfile, command.profile == nil else { throw error }
    }
    return ConfigurationArguments(
      profile, nodeid: settings[Setting.nodeID.name] == nil ? "anon/" : nil,
      binds: settings[Setting.binds.name] == nil ? ["*:*"] : nil, force: true)
  }
}
