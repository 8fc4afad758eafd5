import AnyEvent
import AnyEventMP
import Glibc

/// `shell`: takes commands from standard input, one a line and one after the other.
///
/// In a pipe it prints only results, and its exit code is that of the last command that went wrong.
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
    // The seeds may start while the shell runs.
    errand.session.bearsUnreachableSeeds = true
    input = LineInput(
      line: { [unowned self] line in
        lines.append(line)
        promptIsShown = false
        next()
        // Commands that come faster than they are done stay in the pipe.
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

  /// Ends the shell in the next turn of the loop, because the caller may belong to an errand that goes.
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
    case .kill(let port, let reason): errand.session.node.kill(port, reason: Message(reason))
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
      // The next line comes in the next turn, when the errand that calls this is gone.
      AE.postpone { [weak self] in self?.next() }
    }
    errand.limit(to: timeLimit)
    return errand
  }

  /// Has the next line wait for an answer of the database, which comes after it has taken the change.
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

  /// Writes a text, above the prompt if that is shown.
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

/// The answer of the shell to `help`, at most 80 columns wide.
enum ShellHelp {
  static let text = """
    snd PORT VALUE...       send a message
    cal PORT VALUE...       send a message with a reply port, print the reply
    mon PORT                say when the port is killed or its node is lost
    kil PORT REASON...      kill a port
    eval EXPRESSION         have the current node evaluate it
    nodes                   list the nodes of the network
    ping [NODE]             measure round trips
    restart [NODE]          have the node's supervisor start it anew
    reload [NODE]           have the node read its configuration again
    leave [NODE]            have the node leave the network and end
    get FAMILY              print a family of the database (also: db_family)
    watch FAMILY            print every change of a family (also: db_mon)
    set FAMILY KEY [VALUE]  set a key for as long as the shell runs (also: db_set)
    del FAMILY KEY...       delete such keys (also: db_del)
    wait node|port|family NAME [--count N]
                            wait until it, or N of it, is there; 0: until it is gone
    =NODE                   make that node the current one
    =                       make the shell's own node the current one
    quit                    end, as the end of the input does

    PORT is node#port; #port belongs to the current node, and # or '' is that
    node's own port. $NODE is the shell's own node, $ECHO a port of it that prints
    every message it gets. VALUE is a word, text in ' ', or JSON.

    """
}
