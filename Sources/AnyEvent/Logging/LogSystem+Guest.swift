// Logging in a program that is not ours: it says nothing on standard error, and no variable is obeyed.

extension LogSystem {
  /// Whether the process belongs to somebody else, who has not asked for our lines or variables.
  ///
  /// To be set before ``shared`` is first used; later it changes nothing.
  package nonisolated(unsafe) static var isGuest = false

  /// The process's own system, without environment and without a target.
  static func makeGuest() -> LogSystem {
    let system = LogSystem(LogEnvironment([:]), gate: .shared)
    system.LOG.log_cb(nil)
    return system
  }

  /// Obeys the process's environment after all, as a program of ours does from its start.
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
