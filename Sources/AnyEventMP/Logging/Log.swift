import AnyEvent

/// The log contexts of a node, named as those of the Perl modules.
enum Log {
  static let kernel = LogContext("AnyEvent::MP::Kernel")
  static let transport = LogContext("AnyEvent::MP::Transport")
  static let global = LogContext("AnyEvent::MP::Global")
  static let logCatcher = LogContext("AnyEvent::MP::LogCatcher")

  /// Shortens text that a peer may have chosen, so that one line of the log stays readable.
  static func cut(_ text: String, to count: Int = 1000) -> String {
    let scalars = text.unicodeScalars.prefix(count)
    return scalars.endIndex < text.unicodeScalars.endIndex ? String(scalars) + "…" : text
  }
}
