internal import AEValue
import AnyEvent
import Glibc

extension Node {
  /// Reads the configuration again, and takes over the settings that a running node can.
  ///
  /// The file is the one that `configure` has read, and so are the arguments, unless new ones are given. Connections
  /// that are there stay as they are. The changes are returned and logged, with those that count from the next start
  /// only; no secret is among them. To be called on the loop's thread.
  ///
  /// - Throws: ``ConfigurationError`` when the node was not configured or has left, when the file is
  ///   gone or empty, when it cannot be used, and when it would take the node's last credentials
  ///   away; nothing has changed then.
  @discardableResult
  public func reload(
    _ arguments: ConfigurationArguments? = nil
  ) throws -> ConfigurationChanges {
    loop.preconditionOnLoop()
    do throws(ConfigurationError) {
      return try readAgain(arguments)
    } catch {
      kernel.peerLog.log(
        .error, in: Log.kernel, "the configuration stays as it was: \(error)", similarTo: "reload")
      throw error
    }
  }

  /// Reads the configuration again whenever the process gets the signal HUP, until the node is closed.
  ///
  /// The node logs mistakes in the configuration; see ``reload(_:)``. To be called on the loop's thread.
  public func reloadOnHangup() {
    loop.preconditionOnLoop()
    guard !peers.isClosed else { return }
    hangup = loop.signal(SIGHUP) { [reference] in _ = try? reference.object?.reload() }
  }

  private func readAgain(
    _ arguments: ConfigurationArguments?
  ) throws(ConfigurationError) -> ConfigurationChanges {
    guard let old = peers.configuration, let source, !peers.isClosed else {
      throw ConfigurationError(
        .notRunning,
        peers.isClosed
          ? "the node has left the network; make another one"
          : "the node has no configuration yet; call configure")
    }
    let arguments = arguments ?? source.arguments
    let context = ConfigurationContext(
      file: source.file, hostName: old.hostName, runiq: old.runiq)
    let settings = try LayeredSettings(
      arguments, contents: try contents(arguments, source.file, before: old.settings),
      file: source.file.path, hostName: old.hostName)
    // Settings that this node does not take over have to make sense, too: else the next node would not start.
    _ = try NodeConfiguration(settings, context: context)
    let configuration = try NodeConfiguration(settings.keeping(old.settings), context: context)
    try lookAtCredentials(configuration, before: old)
    let changes = ConfigurationChanges(from: old.settings, to: settings, configuration.warnings)
    // Other nodes may ask as often as they like: without a change no context of TLS is made.
    if !changes.applied.isEmpty {
      let tls = try configuration.makeTLSContext()
      run { apply(configuration, tls, insteadOf: old) }
    }
    self.source = (arguments, source.file)
    log(changes)
    return changes
  }

  /// The contents of the file; one that had settings must be there.
  private func contents(
    _ arguments: ConfigurationArguments, _ file: ConfigurationFile, before: LayeredSettings
  ) throws(ConfigurationError) -> TextDictionary<Value> {
    if arguments.norc { return [:] }
    let bytes = try file.bytes()
    guard bytes != nil || before.file == nil else {
      throw ConfigurationError(
        .unreadable, "the configuration file \(file.path) is gone; put it back", file: file.path)
    }
    // An editor or a full disk leaves such a file behind; who wants no settings writes {}.
    if let bytes, ConfigurationFile.isBlank(bytes), before.file != nil {
      throw ConfigurationError(
        .syntax,
        "the configuration file \(file.path) is empty; put its settings back, or write {} into it",
        file: file.path)
    }
    return try file.parse(bytes)
  }

  /// Makes sure that a node does not lose all that it authenticates with.
  ///
  /// Nobody could talk to it any more, not even to have it read a better file.
  private func lookAtCredentials(
    _ configuration: NodeConfiguration, before old: NodeConfiguration
  ) throws(ConfigurationError) {
    guard old.hasCredentials, !configuration.hasCredentials else { return }
    let credentials = [Setting.secret, .secrets, .certificate].map(\.name)
    let mistyped = configuration.settings.unknown.warnings.first { warning in
      warning.meant.map(credentials.contains) == true
    }
    throw ConfigurationError(
      .noCredentials,
      """
      neither a secret nor a certificate would be left, and no other node could talk to this one any more\
      \(mistyped.map { ": \($0.sentence)" } ?? "; put one back, or restart the node if it shall have none")
      """, file: configuration.settings.file)
  }

  private func apply(
    _ configuration: NodeConfiguration, _ tls: TLSContext?, insteadOf old: NodeConfiguration
  ) {
    limits.change(from: old.limits, to: configuration.limits)
    peers.configure(configuration, tls: tls)
    database.limitsChanged()
    logs.limitsChanged()
    takeLogLevel(of: configuration, insteadOf: old)
    guard configuration.seeds != old.seeds || configuration.monitorTimeout != old.monitorTimeout
    else { return }
    let sources = peers.surroundings.makeAddressSources(configuration.hostName)
    peers.seeds.change(
      from: old.seeds.flatMap { $0.seedAddresses(sources) },
      to: configuration.seeds.flatMap { $0.seedAddresses(sources) })
  }

  /// Lets the process log by the level of the setting, or, when it is not set any more, errors.
  func takeLogLevel(of configuration: NodeConfiguration, insteadOf old: NodeConfiguration?) {
    guard configuration.logLevel != old?.logLevel, !peers.surroundings.fixesLogLevel() else {
      return
    }
    peers.surroundings.logSystem.FILTER.level(configuration.logLevel ?? .error)
  }

  private func log(_ changes: ConfigurationChanges) {
    for change in changes.applied { AE.log(.note, in: Log.kernel, "reload: \(change.sentence).") }
    for sentence in changes.kept.map(\.sentence) + changes.warnings {
      kernel.peerLog.log(.warn, in: Log.kernel, "reload: \(sentence).", similarTo: "reload")
    }
  }
}
