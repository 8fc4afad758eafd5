import AnyEventMP

/// One line of the shell.
enum ShellCommand {
  /// Does the action that the tool's command of that name does; the next line waits for its end.
  case run(NetworkCommand.Action)
  /// Does such an action in the background, until the shell ends.
  case watch(NetworkCommand.Action)
  /// Kills a port.
  case kill(PortID, [Value])
  /// Sets a key of the shell's node.
  case set(family: String, key: String, Value)
  /// Deletes keys of the shell's node.
  case delete(family: String, keys: [String])
  /// Makes a node the current one; nil: the shell's own.
  case switchNode(String?)
  case help
  case quit
  /// An empty line or a comment.
  case nothing
}

/// Understands the lines of the shell; names without a node are those of the current one.
struct ShellParser {
  /// The node that commands go to.
  var current: String
  /// The shell's own node, `$NODE`.
  let own: String
  /// A port that prints its messages, `$ECHO`.
  let echo: String

  /// The command in a line.
  func parse(_ line: String) throws(UsageError) -> ShellCommand {
    var words = ShellWords(line)
    guard case .string(let name)? = try words.next() else { return .nothing }
    if name.hasPrefix("#") { return .nothing }
    if name.hasPrefix("=") {
      let node = name == "=" ? try words.next()?.string : String(name.dropFirst())
      return .switchNode(node.map { substituted($0) })
    }
    if name == "eval" {
      let code = words.remainder()
      guard !code.isEmpty else {
        throw UsageError(explained: "eval needs an expression, such as: eval $$")
      }
      return .run(.evaluate(node: current, code: code))
    }
    return try parse(name, try words.all().map(substituted))
  }

  private func parse(_ name: String, _ words: [Value]) throws(UsageError) -> ShellCommand {
    switch name {
    case "snd": return .run(.send(try port(name, words), Array(words.dropFirst())))
    case "cal": return .run(.call(try port(name, words), Array(words.dropFirst())))
    case "kil": return .kill(try port(name, words), Array(words.dropFirst()))
    case "mon": return .watch(.monitor(try only(name, words, port)))
    case "ping": return .run(.ping(node: try node(name, words)))
    case "restart": return .run(.restart(node: try node(name, words)))
    case "reload": return .run(.reload(node: try node(name, words)))
    case "leave": return .run(.leave(node: try node(name, words)))
    case "nodes":
      guard words.isEmpty else { throw UsageError(explained: "nodes takes no arguments") }
      return .run(.nodes)
    case "get", "db_family": return .run(.get(family: try only(name, words, family)))
    case "watch", "db_mon": return .watch(.watch(family: try only(name, words, family)))
    case "wait":
      return .run(try wait(words))
    case "set", "db_set":
      guard (2...3).contains(words.count), let key = words[1].string else {
        throw UsageError(explained: "\(name) takes a family, a key and perhaps a value")
      }
      return .set(
        family: try family(name, words), key: key, words.count == 3 ? words[2] : .null)
    case "del", "db_del":
      let keys = words.dropFirst().compactMap(\.string)
      guard !keys.isEmpty, keys.count == words.count - 1 else {
        throw UsageError(explained: "\(name) takes a family and keys")
      }
      return .delete(family: try family(name, words), keys: keys)
    case "help": return .help
    case "quit", "exit": return .quit
    default:
      throw UsageError(explained: "there is no command \"\(name)\"; \"help\" lists them")
    }
  }

  private func wait(_ words: [Value]) throws(UsageError) -> NetworkCommand.Action {
    var words = words
    var count = 1
    if let place = words.firstIndex(of: "--count") {
      guard words.indices.contains(place + 1), let number = words[place + 1].int, number >= 0 else {
        throw UsageError(explained: "--count takes a whole number, such as: --count 3")
      }
      count = number
      words.removeSubrange(place...place + 1)
    }
    guard words.count == 2, let text = words[0].string,
      let kind = NetworkCommand.Subject(named: text), let what = words[1].string
    else {
      throw UsageError(
        explained: "wait takes node, port or family, its name and perhaps --count N")
    }
    return try .waiting(for: kind, kind == .port ? address(what) : what, count: count)
  }

  private func only<T>(
    _ name: String, _ words: [Value], _ read: (String, [Value]) throws(UsageError) -> T
  ) throws(UsageError) -> T {
    let result = try read(name, words)
    guard words.count == 1 else {
      let extra = words[1].debugDescription
      throw UsageError(explained: "\(name) takes one argument; \(extra) is too many")
    }
    return result
  }

  private func port(_ name: String, _ words: [Value]) throws(UsageError) -> PortID {
    guard let text = words.first?.string else {
      throw UsageError(explained: "\(name) needs a port, such as: \(name) #name or \(name) $NODE")
    }
    return PortID(address(text))
  }

  private func family(_ name: String, _ words: [Value]) throws(UsageError) -> String {
    guard let family = words.first?.string else {
      throw UsageError(explained: "\(name) needs the name of a family")
    }
    return family
  }

  private func node(_ name: String, _ words: [Value]) throws(UsageError) -> String {
    guard words.count <= 1 else {
      let extra = words[1].debugDescription
      throw UsageError(explained: "\(name) takes at most one node; \(extra) is too many")
    }
    return words.first?.string ?? current
  }

  /// A port's address: one without a node belongs to the current one.
  private func address(_ text: String) -> String {
    text.isEmpty || text.hasPrefix("#") ? current + (text == "#" ? "" : text) : text
  }

  private func substituted(_ word: Value) -> Value {
    if case .string(let text) = word { .string(substituted(text)) } else { word }
  }

  private func substituted(_ text: String) -> String {
    switch text {
    case "$ECHO": echo
    case "$NODE": own
    default: text
    }
  }
}

/// Splits a line of the shell into words.
///
/// Spaces separate words. A word in single quotes is taken as it stands; one that begins with `[`,
/// `{` or `"` is JSON and ends where the JSON does.
struct ShellWords {
  private var rest: Substring

  init(_ line: some StringProtocol) {
    rest = Substring(line)
    skipSpaces()
  }

  /// The next word; nil at the end of the line.
  ///
  /// - Throws: ``UsageError`` for a quote or JSON without an end.
  mutating func next() throws(UsageError) -> Value? {
    guard let first = rest.first else { return nil }
    defer { skipSpaces() }
    switch first {
    case "'":
      rest.removeFirst()
      guard let end = rest.firstIndex(of: "'") else {
        throw UsageError(explained: "there is no ' that ends the text; add one")
      }
      defer { rest = rest[rest.index(after: end)...] }
      return .string(String(rest[..<end]))
    case "[", "{", "\"": return try json()
    default:
      let end = rest.firstIndex(where: \.isWhitespace) ?? rest.endIndex
      defer { rest = rest[end...] }
      return .string(String(rest[..<end]))
    }
  }

  /// The words of the rest of the line.
  mutating func all() throws(UsageError) -> [Value] {
    var words: [Value] = []
    while let word = try next() { words.append(word) }
    return words
  }

  /// The rest of the line, as it stands.
  mutating func remainder() -> String {
    defer { rest = "" }
    var text = rest
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// JSON ends at the first space (or the line's end) before which it is whole.
  private mutating func json() throws(UsageError) -> Value {
    var end = rest.startIndex
    while end != rest.endIndex {
      let next = rest[rest.index(after: end)...]
      end = next.firstIndex(where: \.isWhitespace) ?? rest.endIndex
      // JSON that is not whole yet is no error.
      if let value = try? JSON.decode(String(rest[..<end])) {
        rest = rest[end...]
        return value
      }
    }
    throw UsageError(
      explained: "\(rest) starts like JSON but is none; correct it, or put it into ' '")
  }

  private mutating func skipSpaces() {
    rest = rest.drop(while: \.isWhitespace)
  }
}
