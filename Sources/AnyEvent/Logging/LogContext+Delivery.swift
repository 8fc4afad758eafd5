internal import Glibc
internal import Synchronization

extension LogContext {
  /// Walks the message through the contexts; returns true if a target got it.
  ///
  /// No lock is held while a callback runs: it may log and configure as it likes.
  @usableFromInline
  func deliver(_ level: LogLevel, _ makeText: () -> String) -> Bool {
    var waiting = [(node: node, level: level)]
    var seen: [ObjectIdentifier] = []
    var message: LogMessage?
    var formatted: (level: LogLevel, lines: String)?
    var isLogged = false

    while let (node, incoming) = waiting.popLast() {
      let settings = node.configuration.withLock { $0 }
      guard settings.levels.contains(level), !seen.contains(ObjectIdentifier(node)) else {
        continue
      }
      seen.append(ObjectIdentifier(node))

      let capped = settings.cap.map { max($0, incoming) } ?? incoming
      if !settings.target.isNone {
        var current = message ?? makeMessage(makeText())
        message = current
        current.level = capped
        isLogged = true

        let isConsumed = enterTarget(of: node) {
          switch settings.target {
          case .none:
            return false
          case .message(let callback):
            return callback(current)
          case .line(let callback):
            if let format = settings.format {
              return callback(format(current.time, self, capped, current.text))
            }
            let lines: String
            if let formatted, formatted.level == capped {
              lines = formatted.lines
            } else {
              lines = current.formatted
            }
            formatted = (capped, lines)
            return callback(lines)
          }
        }
        if isConsumed { continue }
      }
      for slave in settings.slaves.reversed() { waiting.append((slave, capped)) }
    }
    return isLogged
  }

  private func makeMessage(_ text: String) -> LogMessage {
    var text = text
    if text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    return LogMessage(time: system.host.time(), context: self, level: .fatal, text: text)
  }

  /// Calls a target, but not from within itself: a target may log without meeting its own message.
  private func enterTarget(of node: LogNode, _ call: () -> Bool) -> Bool {
    let thread = UInt(pthread_self())
    let isInside = node.configuration.withLock { settings in
      if settings.threadsInTarget.contains(thread) { return true }
      settings.threadsInTarget.append(thread)
      return false
    }
    if isInside { return false }
    defer {
      node.configuration.withLock { settings in
        if let index = settings.threadsInTarget.firstIndex(of: thread) {
          settings.threadsInTarget.remove(at: index)
        }
      }
    }
    return call()
  }
}
