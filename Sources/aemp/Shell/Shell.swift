import AnyEvent
import AnyEventMP
import Glibc

/// `shell`: takes commands from standard input, one a line and one after the other.
///
/// From a pipe it says nothing but results, and its exit code is that of the last command that went
/// wrong.
final class Shell {
  private let errand: Errand
  private var parser: ShellParser
  private var input: LineInput?
  private var lines: [String] = []
  private var isAtEnd = false
  private var isEnding = false
  private var running: Errand?
  private var background: [Errand] = []
  private var code = ExitCode.success
  private let isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
  private var promptIsShown = false

  /// How long (s) one command may take.
  private var timeLimit: Double { errand.options.timeout ?? 30 }

  init(_ errand: Errand, _ node: String?) {
    self.errand = errand
    let own = errand.session.node.id
    let echo = port()
    parser = ShellParser(current: node ?? own, own: own, echo: echo.id)
    rcv(echo) { [unowned self] (message: Message) in
      _ = printer.print(
        "echo: \(Printer.json(.array(message.values)))", json: ["echo": .array(message.values)])
    }
    errand.keep(Guard { [self] in end(echo) })
  }

  func begin() {
    errand.awaited = ""
    // The seeds may come up while we sit here.
    errand.session.bearsUnreachableSeeds = true
    input = LineInput(
      line: { [unowned self] line in
        lines.append(line)
        promptIsShown = false
        next()
        // What is piped in faster than it can be done stays in the pipe.
        input?.isPaused = running != nil
      },
      end: { [unowned self] problem in
        isAtEnd = true
        if let problem { failed(.failure, "cannot read standard input: \(problem)") }
        next()
      })
    next()
  }

  private func end(_ echo: PortID) {
    input = nil
    background = []
    running = nil
    kil(echo)
  }

  private func next() {
    while running == nil, !isEnding {
      guard !lines.isEmpty else {
        if isAtEnd { return quit() }
        input?.isPaused = false
        return prompt()
      }
      do throws(UsageError) {
        perform(try parser.parse(lines.removeFirst()))
      } catch {
        failed(.usage, error.sentence)
      }
    }
  }

  /// Ends the shell; not from inside of what goes with it.
  private func quit() {
    isEnding = true
    AE.postpone { [errand, code] in errand.finish(code) }
  }

  private func perform(_ command: ShellCommand) {
    switch command {
    case .run(let action):
      let errand = errandOfLine()
      running = errand
      errand.begin(action)
    case .watch(let action):
      let errand = Errand(self.errand.session, errand.options, printer) { [unowned self] in
        if let sentence = $1 { failed($0, sentence) }
      }
      background.append(errand)
      errand.begin(action)
    case .kill(let port, let reason): errand.session.node.kill(port, reason: reason)
    case .set(let family, let key, let value):
      db_set(family, key, value)
      waitForDatabase()
    case .delete(let family, let keys):
      for key in keys { db_del(family, key) }
      waitForDatabase()
    case .switchNode(let node): parser.current = node ?? parser.own
    case .help: show(Shown(legible: ShellHelp.text))
    case .quit: quit()
    case .nothing: break
    }
  }

  /// An errand that the next line waits for.
  private func errandOfLine() -> Errand {
    let errand = Errand(self.errand.session, self.errand.options, printer) { [unowned self] in
      running = nil
      if $0 != .success { failed($0, $1) }
      // Not from inside of what has just ended.
      AE.postpone { [weak self] in self?.next() }
    }
    errand.limit(to: timeLimit)
    return errand
  }

  /// The answer to a question comes behind what was told before.
  private func waitForDatabase() {
    let errand = errandOfLine()
    running = errand
    errand.awaited = "the database"
    db_keys(Errand.globals) { _ in errand.finish(.success) }
  }

  private func failed(_ code: ExitCode, _ sentence: String?) {
    self.code = code
    guard let sentence else { return }
    if promptIsShown { Output.show("\r\u{1b}[K") }
    Output.complain(sentence)
    if promptIsShown { prompt() }
  }

  // MARK: Output

  private var printer: Printer {
    Printer(isJSON: errand.options.json) { [unowned self] text in show(text) }
  }

  /// Writes something, above the prompt if that is shown.
  @discardableResult
  private func show(_ text: Shown) -> Bool {
    guard promptIsShown else { return Output.write(text) }
    promptIsShown = false
    let isWritten = Output.write("\r\u{1b}[K" + text)
    prompt()
    return isWritten
  }

  private func prompt() {
    guard isInteractive else { return }
    promptIsShown = true
    _ = Output.write("\(parser.current)> ")
  }
}
