import AnyEvent

/// The log contexts of a node, named as those of the Perl modules.
enum Log {
  static let kernel = LogContext("AnyEvent::MP::Kernel")
  static let transport = LogContext("AnyEvent::MP::Transport")
  static let global = LogContext("AnyEvent::MP::Global")
}
