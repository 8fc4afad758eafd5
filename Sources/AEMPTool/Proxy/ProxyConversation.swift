import AnyEvent

/// The commands that come by standard input, one after the other.
final class ProxyConversation {
  private let server: ProxyServer
  private let isJSON: Bool
  private let end: () -> Void
  private var input: LineInput?
  private var lines: [String] = []
  private var isBusy = false
  private var isAtEnd = false
  /// The code of the last command that went wrong.
  private(set) var outcome = ExitCode.success

  init(_ server: ProxyServer, isJSON: Bool, _ end: @escaping () -> Void) {
    self.server = server
    self.isJSON = isJSON
    self.end = end
  }

  func begin() {
    input = LineInput(
      line: { [unowned self] line in
        lines.append(line)
        goOn()
      },
      end: { [unowned self] problem in
        if let problem {
          Output.complain("cannot read standard input: \(problem)")
          outcome = .failure
        }
        isAtEnd = true
        goOn()
      })
  }

  private func goOn() {
    while !isBusy, !lines.isEmpty {
      let words = lines.removeFirst().split(separator: " ").map { String($0) }
      if words.isEmpty { continue }
      isBusy = true
      // Further commands wait in the pipe meanwhile.
      input?.isPaused = true
      do throws(UsageError) {
        server.perform(try ProxyRequest(words), isJSON: isJSON) { [unowned self] in answered($0) }
      } catch {
        answered(ProxyAnswer(code: .usage, sentence: error.sentence))
      }
    }
    if isAtEnd, !isBusy { end() }
  }

  private func answered(_ answer: ProxyAnswer) {
    for line in answer.lines { _ = Output.write(line + "\n") }
    if answer.code != .success {
      outcome = answer.code
      Output.complain(answer.sentence)
    }
    isBusy = false
    input?.isPaused = false
    if !lines.isEmpty || isAtEnd { Loop.default.postpone { [weak self] in self?.goOn() } }
  }
}
