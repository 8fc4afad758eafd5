internal import AEValue
internal import Glibc

/// Lets clients look at a running program: its watchers, and the nodes and ports on its loop.
///
/// It only tells, and executes nothing. There is no password, so it binds to sockets in the file system, which only the
/// same user can then use, and to addresses of this machine. It ends when its last reference goes.
/// Corresponds to what Perl's `AnyEvent::Debug::shell` returns.
public final class DebugShell: LoopResident {
  private let loop: Loop
  private var listener: Listener?
  private var visitors: Set<Handle> = []

  /// How many may look at once, how long a line may be, and how many lines an answer has at most.
  private static let maximumVisitors = 8
  private static let maximumLine = 4096
  private static let maximumLines = 1000
  /// How many bytes may wait for a client that does not read, and for how many seconds after the end.
  private static let maximumUnsent = 4 << 20
  private static let linger = 10.0

  /// Binds and serves.
  ///
  /// - Parameters:
  ///   - host: `"unix/"`, or a numeric address of this machine such as `"127.0.0.1"`.
  ///   - service: the path, or the port.
  ///   - loop: the loop that is shown.
  /// - Throws: ``SocketError`` when the address is not of this machine or cannot be bound.
  public init(_ host: String, _ service: any TCPService, on loop: Loop = .current)
    throws(SocketError)
  {
    self.loop = loop
    guard host == "unix/" || host == "::1" || host.hasPrefix("127.") else {
      throw SocketError(
        "a debug shell has no password: bind it to \"unix/\" with a path or to 127.0.0.1, and not to \(host)",
        code: EACCES)
    }
    listener = try loop.listen(
      on: host, service,
      prepare: { _, address in
        // Nobody can connect before it listens.
        if let path = address.path { chmod(path, 0o600) }
        return 0
      },
      accept: { [weak self] in
        if let self { visit($0) } else { Glibc.close($0.fd) }
      })
  }

  /// The port, or the path, that it really listens at.
  public var service: String {
    listener.map { $0.address.path ?? "\($0.address.port)" } ?? ""
  }

  private func visit(_ socket: ConnectedSocket) {
    let visitor = Handle(
      fh: socket.fd, on: loop,
      on_error: { [weak self] handle, _, _ in
        self?.visitors.remove(handle)
        handle.destroy()
      },
      on_eof: { [weak self] handle in
        self?.visitors.remove(handle)
        handle.destroy()
      }, rbuf_max: Self.maximumLine, wbuf_max: Self.maximumUnsent, linger: Self.linger)
    guard visitors.count < Self.maximumVisitors else {
      visitor.push_write("There are \(Self.maximumVisitors) others already.\n")
      return visitor.destroy()
    }
    visitors.insert(visitor)
    visitor.push_write("Process \(getpid()). \"help\" lists the commands.\n> ")
    read(visitor)
  }

  private func read(_ visitor: Handle) {
    visitor.push_read(.line) { [weak self] visitor, line in
      guard let self else { return }
      let words = line.split(separator: " ", maxSplits: 1)
      let rest = words.count > 1 ? String(words[1]) : ""
      guard words.first != "quit" else {
        visitors.remove(visitor)
        return visitor.destroy()
      }
      let lines = answer(words.first.map(String.init) ?? "", rest)
      var text = ""
      for line in lines.prefix(Self.maximumLines) { text += LegibleText.text(line, .swift) + "\n" }
      if lines.count > Self.maximumLines {
        text +=
          "There are \(lines.count - Self.maximumLines) more: name a part of what is looked for.\n"
      }
      visitor.push_write(text + "> ")
      if !visitor.destroyed { read(visitor) }
    }
  }

  private func answer(_ command: String, _ rest: String) -> [String] {
    switch command {
    case "": return []
    case "help": return help
    case "wl": return watchers(with: rest)
    default:
      let topics = DebugTopics.of(loop).topics.filter { $0.name == command }
      guard !topics.isEmpty else {
        return ["There is no command \"\(command)\". \"help\" lists those that there are."]
      }
      return topics.flatMap { $0.lines() ?? [] }.filter { rest.isEmpty || $0.contains(rest) }
    }
  }

  private var help: [String] {
    var lines = [
      "wl [TEXT]      the watchers, all or those whose line has the text: number, age, kind, where it was made"
    ]
    var seen: TextSet = []
    for topic in DebugTopics.of(loop).topics where !seen.contains(topic.name) {
      seen.insert(topic.name)
      let name = "\(topic.name) [TEXT]"
      lines.append(name + String(repeating: " ", count: max(1, 15 - name.utf8.count)) + topic.help)
    }
    return lines + ["quit           ends this connection"]
  }

  private func watchers(with text: String) -> [String] {
    guard let records = loop.records else {
      return [
        "Watchers are not recorded: start the program with AE_DEBUG_WRAP=1, or have it call Debug.wrap(1)."
      ]
    }
    let now = loop.time
    return records.active.map { record in
      let age = String(((now - record.born) * 10).rounded() / 10)
      return "\(record.number) \(age) s \(record.kind) \(record.file):\(record.line)"
    }.filter { text.isEmpty || $0.contains(text) }
  }

  /// Stops listening and ends all connections; may be called more than once.
  public func close() {
    listener?.close()
    listener = nil
    let held = visitors
    visitors = []
    for visitor in held { visitor.destroy() }
  }

  func loopCloses() { close() }

  /// The address and the visitors are the parent's.
  func loopForked() {
    for visitor in visitors { visitor.linger = 0 }
    close()
  }

  deinit { close() }
}
