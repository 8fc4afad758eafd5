internal import AEValue
import AnyEvent
import AnyEventMP
import Glibc

/// `aemp proxy`: runs a proxy, or asks a running one.
struct ProxySession {
  let command: ProxyCommand

  func run() -> ExitCode {
    LibraryLog.limit(to: .error)
    guard let path = command.options.control else { return runByInput() }
    return command.words.isEmpty ? serve(path) : ask(path)
  }

  // MARK: Running one

  /// Runs a proxy that is told by a socket what to do, until a signal ends it.
  private func serve(_ path: String) -> ExitCode {
    let loop = Loop.default
    let signals = Self.ending(loop)
    defer { for signal in signals { signal.cancel() } }
    let control: ProxyControl
    do throws(ProxyControl.Problem) {
      control = try ProxyControl(path, on: loop, ProxyServer(on: loop))
    } catch {
      Output.complain(error.sentence)
      return .failure
    }
    defer { control.end() }
    let line: Shown =
      command.options.json
      ? Shown(legible: Printer.json(["control": .string(path)])) : "\(Legible.line(path))"
    _ = Output.write(line + "\n")
    loop.run()
    return .success
  }

  private static func ending(_ loop: Loop) -> [SignalWatcher] {
    ControlSignals.unblock()
    return [SIGTERM, SIGINT, SIGHUP].map { loop.signal($0) { loop.stop() } }
  }

  /// Runs a proxy that is told by standard input what to do, until that ends.
  private func runByInput() -> ExitCode {
    let loop = Loop.default
    let signals = Self.ending(loop)
    defer { for signal in signals { signal.cancel() } }
    let conversation = ProxyConversation(ProxyServer(on: loop), isJSON: command.options.json) {
      loop.stop()
    }
    if command.words.isEmpty {
      conversation.begin()
    } else {
      Output.complain(
        "a command is for a proxy that runs: name its socket with --control, or pipe commands into \"aemp proxy\""
      )
      return .usage
    }
    loop.run()
    return conversation.outcome
  }

  // MARK: Asking one

  /// Has a running proxy do something, and waits for its answer.
  private func ask(_ path: String) -> ExitCode {
    do throws(UsageError) {
      // A request that makes no sense needs no proxy.
      _ = try ProxyRequest(command.words)
    } catch {
      Output.complain(error.sentence)
      return .usage
    }
    guard let socket = UnixSocket(path) else {
      Output.complain(
        """
        no proxy answers at \(path): \(SystemCalls.text(for: errno)); start one with "aemp proxy \
        --control \(path)"
        """)
      return .failure
    }
    let words = [command.options.json ? "json" : "text"] + command.words
    _ = SystemCalls.writeAll(words.joined(separator: " ") + "\n", to: socket.descriptor)
    guard let text = answer(socket.descriptor) else {
      let isWait = command.words.first == "wait"
      Output.complain(
        """
        \(isWait ? "what was waited for did not happen" : "the proxy did not answer") within \
        \(Printer.number(timeLimit)) s
        """)
      return .timedOut
    }
    return show(text)
  }

  private var timeLimit: Double { command.options.timeout ?? 300 }

  /// All of the answer; nil if it did not come in time.
  private func answer(_ descriptor: CInt) -> [UInt8]? {
    let end = ContinuousClock.now + .seconds(timeLimit)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let rest = max(0, (end - .now) / .milliseconds(1)).rounded(.up)
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let count = poll(&request, 1, CInt(min(rest, 1e9)))
      if count == 0 { return nil }
      if count < 0, errno == EINTR { continue }
      let read = chunk.withUnsafeMutableBytes { SystemCalls.readSome(descriptor, into: $0) }
      guard read > 0 else { return bytes }
      bytes += chunk[..<read]
      if Self.isWhole(bytes) { return bytes }
    }
  }

  /// Whether the last line is the one with the code, which is the only one without a space before it.
  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    guard bytes.last == UInt8(ascii: "\n") else { return false }
    let last = bytes.dropLast().split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).last
    return last?.first != UInt8(ascii: " ")
  }

  private func show(_ bytes: [UInt8]) -> ExitCode {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let end = lines.last?.split(separator: " ", maxSplits: 1)
    guard let number = end?.first.flatMap({ Int32($0) }), let code = ExitCode(rawValue: number)
    else {
      Output.complain("the proxy has ended before it answered")
      return .failure
    }
    for line in lines.dropLast() {
      guard Output.write(Shown(legible: "\(line.dropFirst())\n")) else { return .failure }
    }
    if let end, end.count > 1 { Output.complain("\(end[1])") }
    return code
  }
}
