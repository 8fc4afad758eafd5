internal import Glibc
internal import Synchronization

/// A file that messages are appended to, each with one `write(2)`.
final class LogFile: Sendable {
  enum Opening: Sendable {
    /// Once, and kept open.
    case once
    /// For each message: the file may be renamed or deleted at any time.
    case eachTime
  }

  private let path: String
  private let opening: Opening
  private let complain: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    var descriptor: CInt = -1
    /// Whether the last try failed: said once, not for every message.
    var isFailing = false
  }

  init(path: String, opening: Opening, complain: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.opening = opening
    self.complain = complain
    if opening == .once { write("") }
  }

  deinit {
    let descriptor = state.withLock { $0.descriptor }
    if descriptor >= 0 { close(descriptor) }
  }

  /// Appends the lines of a message; a failure is reported once, until it works again.
  func write(_ lines: String) {
    let complaint: String? = state.withLock { state in
      if state.descriptor < 0 {
        state.descriptor = StandardDescriptors.spare(
          open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666))
      }
      let failure =
        state.descriptor < 0
        ? errno : FileDescriptorWriting.write(lines, to: state.descriptor)
      let verb = state.descriptor < 0 ? "open" : "write to"
      if opening == .eachTime, state.descriptor >= 0 {
        close(state.descriptor)
        state.descriptor = -1
      }
      defer { state.isFailing = failure != 0 }
      guard failure != 0, !state.isFailing else { return nil }
      return "unable to \(verb) logfile '\(path)': \(String(cString: strerror(failure)))"
    }
    if let complaint { complain(complaint) }
  }
}
