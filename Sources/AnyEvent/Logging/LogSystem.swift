internal import Synchronization

/// All log contexts that belong together: the packages' tree and the three above it.
///
/// The process has one, ``shared``, configured by its environment when it is first used; `AE.log`
/// and `LogContext(…)` use that one. Others can be made, for tests above all.
/// May be used from any thread.
public final class LogSystem: Sendable {
  /// The process's own, configured by `AE_VERBOSE` and `AE_LOG`.
  public static let shared = isGuest ? makeGuest() : LogSystem(.ofProcess, gate: .shared)

  /// Where the messages of all packages arrive before any filtering.
  public var COLLECT: LogContext { LogContext(node: collect, system: self) }
  /// The context that filters by the global level.
  public var FILTER: LogContext { LogContext(node: filter, system: self) }
  /// The context that writes.
  public var LOG: LogContext { LogContext(node: log, system: self) }

  let host: LogHost
  let format: LogFormat
  let collect = LogNode(title: "$AnyEvent::Log::COLLECT")
  let filter = LogNode(title: "$AnyEvent::Log::FILTER")
  let log = LogNode(title: "$AnyEvent::Log::LOG")
  let verbosity: LogLevel?

  let gate: LogGate
  private let nodes = Mutex(Nodes())

  private struct Nodes {
    var packages: TextDictionary<LogNode> = [:]
    var anonymous: [WeakNode] = []
  }

  private struct WeakNode {
    weak var node: LogNode?
  }

  /// A system of contexts beside the process's own.
  ///
  /// - Parameters:
  ///   - environment: variables to configure it by, as the process's environment would; mistakes in them
  ///     are reported on `host`'s standard error and otherwise ignored.
  ///   - host: the clock, the time zone and the outputs.
  public convenience init(environment: [String: String] = [:], host: LogHost) {
    self.init(environment: LogEnvironment(TextDictionary(environment)), host: host, gate: LogGate())
  }

  /// The process's own, by some environment.
  convenience init(_ environment: LogEnvironment, gate: LogGate) {
    self.init(environment: environment, host: .process, gate: gate)
  }

  private init(environment: LogEnvironment, host: LogHost, gate: LogGate) {
    self.host = host
    self.gate = gate
    format = LogFormat(offsetFromUTC: host.offsetFromUTC)
    let verbosity = environment.verbosity
    self.verbosity = verbosity.level
    reset()
    for problem in verbosity.problems { host.complain(problem) }
    if let specification = environment.specification {
      apply(specification.text, named: specification.variable)
    }
  }

  /// The context of a package; made when first asked for, and always the same.
  public func context(_ package: String) -> LogContext {
    let (node, isNew) = nodes.withLock { nodes in
      if let node = nodes.packages[package] { return (node, false) }
      return (nodes.packages.makeNode(package, top: collect), true)
    }
    if isNew { reassess() }
    return LogContext(node: node, system: self)
  }

  /// A new context that belongs to no package and lives as long as it is held or attached.
  public func anonymousContext(title: String = "") -> LogContext {
    let node = LogNode(title: title)
    nodes.withLock { nodes in
      nodes.anonymous.removeAll { $0.node == nil }
      nodes.anonymous.append(WeakNode(node: node))
    }
    return LogContext(node: node, system: self)
  }

  /// Sets all contexts of packages and the three above them back to their defaults.
  ///
  /// For reading a configuration anew. The global level becomes that of the environment again.
  /// References to contexts stay good. Corresponds to Perl's AnyEvent::Log::reset.
  public func reset() {
    let packages = nodes.withLock { $0.packages }
    for (name, node) in packages {
      let parent = LogPackage(name).parent.flatMap { packages[$0] } ?? collect
      LogContext(node: node, system: self).update {
        $0 = $0.restored(title: name, slaves: [parent])
      }
    }
    COLLECT.update { $0 = $0.restored(title: "$AnyEvent::Log::COLLECT", slaves: [filter]) }
    FILTER.update {
      $0 = $0.restored(title: "$AnyEvent::Log::FILTER", slaves: [log])
      $0.levels = LogLevels(upTo: verbosity)
    }
    LOG.update { $0 = $0.restored(title: "$AnyEvent::Log::LOG", slaves: []) }
    LOG.log_to_warn()
  }

  /// Computes for every context which levels reach a target from it.
  func reassess() {
    // These outlive the lock: the deinitializer of an object that a node held may log.
    var graph: [LogNode] = []
    var settings: [LogReach] = []
    nodes.withLock { nodes in
      let packages = [collect] + nodes.packages.values
      graph = packages + [filter, log] + nodes.anonymous.compactMap(\.node)
      settings = graph.map { LogReach($0) }
      let reach = LogReach.solve(settings)
      for (node, levels) in zip(graph, reach) {
        node.reach.store(levels.rawValue, ordering: .relaxed)
      }
      // A package without a context yet will pass on to one that has one, or to COLLECT.
      gate.levels = LogLevels(anyOf: reach[..<packages.count])
    }
    withExtendedLifetime((graph, settings)) {}
  }
}

extension LogConfiguration {
  /// The defaults of a context, with its ``threadsInTarget``, which are no setting.
  fileprivate func restored(title: String, slaves: [LogNode]) -> LogConfiguration {
    var result = LogConfiguration(title: title, slaves: slaves)
    result.threadsInTarget = threadsInTarget
    return result
  }
}

// MARK: - Specifications

extension LogSystem {
  /// Configures contexts by specifications written as the value of `AE_LOG` is.
  ///
  /// Parts that are not understood are named on standard error, a sentence each; the rest is applied.
  /// - Parameters:
  ///   - specification: such as `filter=warn AnyEvent::MP=+log`.
  ///   - source: the name of its source, for those sentences.
  public func apply(_ specification: String, named source: String = "AE_LOG") {
    let specification = LogSpecification(specification)
    for problem in specification.problems { host.complain("\(source): \(problem)") }

    var anonymous: TextDictionary<LogContext> = [:]
    func find(_ name: LogSpecification.ContextName) -> LogContext {
      switch name {
      case .collect: return COLLECT
      case .filter: return FILTER
      case .log: return LOG
      case .package(let name): return context(name)
      case .anonymous(let name):
        let context = anonymous[name] ?? anonymousContext(title: name)
        anonymous[name] = context
        return context
      }
    }

    for specified in specification.contexts {
      let context = find(specified.name)
      for directive in specified.directives {
        switch directive {
        case .attach(let name): context.attach(find(name))
        default: context.apply(directive)
        }
      }
    }
  }
}

extension LogContext {
  fileprivate func apply(_ directive: LogSpecification.Directive) {
    switch directive {
    case .stderr: log_to_warn()
    case .file(let path): log_to_file(path)
    case .path(let path): log_to_path(path)
    case .syslog(let facility): log_to_syslog(facility)
    case .nolog: log_cb(nil)
    case .cap(let level): cap(level)
    case .level(let level): self.level(level)
    case .enable(let level): enable(LogLevels(level))
    case .disable(let level): disable(LogLevels(level))
    case .detachAll: slaves()
    case .attach: break
    }
  }
}

// MARK: - Guests

/// Logging in a program of another owner, such as one with the C library: nothing goes to standard
/// error, and the environment has no effect.
extension LogSystem {
  /// Whether the process belongs to a host program, which has not asked for log lines or variables.
  ///
  /// To be set before ``shared`` is first used; later it changes nothing.
  package nonisolated(unsafe) static var isGuest = false

  /// The process's own system, without environment and without a target.
  static func makeGuest() -> LogSystem {
    let system = LogSystem(LogEnvironment([:]), gate: .shared)
    system.LOG.log_cb(nil)
    return system
  }

  /// Obeys the process's environment, as a program of this package does from its start.
  package func followEnvironment() {
    let environment = LogEnvironment.ofProcess
    let verbosity = environment.verbosity
    FILTER.level(verbosity.level)
    LOG.log_to_warn()
    for problem in verbosity.problems { host.complain(problem) }
    if let specification = environment.specification {
      apply(specification.text, named: specification.variable)
    }
  }

  /// Takes ``followEnvironment()`` back: all contexts are as in a guest that has begun.
  package func forgetEnvironment() {
    reset()
    LOG.log_cb(nil)
  }
}
