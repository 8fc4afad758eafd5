extension LogSystem {
  /// Configures contexts by specifications written as the value of `AE_LOG` is.
  ///
  /// Parts that make no sense are named on standard error, a sentence each; the rest is applied.
  /// - Parameters:
  ///   - specification: such as `filter=warn AnyEvent::MP=+log`.
  ///   - source: where it came from, for those sentences.
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

    for entry in specification.entries {
      let context = find(entry.context)
      for directive in entry.directives {
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
