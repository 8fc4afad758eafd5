import AnyEvent
import AnyEventMP
import Glibc

/// The tool as a node of the network, for one command: joins, does it, leaves.
///
/// Its settings are those of the profile `aemp`, or of the one that the command line names. Node id and
/// listeners are the tool's own unless that profile itself has some: those of the file's top level are
/// meant for the nodes that run all the time.
final class NetworkSession {
  let command: NetworkCommand
  let node = Node.current
  let loop = Loop.default
  let printer: Printer
  /// What is waited for, for a terminal and for the sentence when time is over.
  var awaited = "a connection to the network"
  /// Whether the command goes on when no seed can be reached: they may be about to start.
  var bearsUnreachableSeeds = false
  /// The nodes that were connected at some time.
  private(set) var connected: Set<String> = []
  private(set) lazy var seeds = SeedWatch(session: self)
  private var outcome: ExitCode?

  init(_ command: NetworkCommand) {
    self.command = command
    printer = Printer(isJSON: command.options.json)
  }

  /// Does the command.
  ///
  /// - Returns: how it ended; a sentence on standard error has said why when that was not well.
  func run() -> ExitCode {
    // What goes wrong is said by the tool itself, once.
    if !Self.isLoggingWanted { LogSystem.shared.FILTER.level(.fatal) }
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
    let timer = command.timeLimit.map { seconds in loop.timer(after: seconds) { self.timedOut() } }
    let progress = Progress(session: self)
    begin()
    if outcome == nil { loop.run() }
    progress?.stop()
    timer?.cancel()
    node.close()
    return outcome ?? .failure
  }

  private func begin() {
    switch command.action {
    case .send(let port, let message): send(message, to: port)
    case .call(let port, let message): call(port, message)
    case .monitor(let port): monitor(port)
    case .evaluate(let node, let code): evaluate(code, on: node)
    case .restart(let node): restart(node)
    case .nodes: listNodes()
    case .get(let family): get(family)
    case .watch(let family): watch(family)
    case .wait(let subject, let name): Wait(self, for: subject, name).begin()
    case .ping(let node): Ping(self, node).begin()
    case .trace, .shell: break
    }
  }

  /// The command is done; the first call counts.
  func finish(_ code: ExitCode, _ sentence: String? = nil) {
    guard outcome == nil else { return }
    outcome = code
    if let sentence { Output.complain(sentence) }
    loop.stop()
  }

  /// Whether the command is done.
  var isFinished: Bool { outcome != nil }

  /// Prints a result; nobody who reads it is a reason to stop.
  func print(_ text: String, json: [String: Value]) {
    if !printer.print(text, json: json) { finish(.failure) }
  }

  private func timedOut() {
    let seconds = command.timeLimit ?? 0
    finish(.timedOut, "gave up after \(Printer.number(seconds)) s: still waiting for \(awaited)")
  }

  private func arguments() throws(ConfigurationError) -> ConfigurationArguments {
    let profile = command.profile ?? "aemp"
    let file = ConfigurationFile(environment: ConfigurationContext.processEnvironment())
    var settings: [String: Value] = [:]
    do throws(ConfigurationError) {
      settings = try ConfigurationEdit.profile(profile, in: try file.load(), file: file.path)
    } catch {
      // Without a profile of its own the tool has what all nodes have.
      guard error.code == .unknownProfile, command.profile == nil else { throw error }
    }
    return ConfigurationArguments(
      profile, nodeid: settings[Setting.nodeID.rawValue] == nil ? "anon/" : nil,
      binds: settings[Setting.binds.rawValue] == nil ? ["*:*"] : nil, force: true)
  }

  private static var isLoggingWanted: Bool {
    ["AE_VERBOSE", "PERL_ANYEVENT_VERBOSE", "AE_LOG", "PERL_ANYEVENT_LOG"].contains { name in
      getenv(name as String) != nil
    }
  }
}
