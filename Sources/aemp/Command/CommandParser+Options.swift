/// Options and arguments of single commands.
extension CommandParser {
  /// Takes the options that stand next, of those that the command `name` knows.
  mutating func takeOptions(
    _ name: String, _ known: [Option], into options: inout Options
  ) throws(UsageError) {
    while let text = rest.first?.text, text.hasPrefix("--") {
      rest.removeFirst()
      if text == "--" { return }
      let parts = text.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let option = Option(named: String(parts[0])), known.contains(option) else {
        throw unknown(text, name, known)
      }
      guard let wanted = option.wanted else {
        guard parts.count == 1 else {
          throw UsageError(explained: "--\(option.rawValue) takes no value")
        }
        try options.set(option, "")
        continue
      }
      if parts.count == 2 {
        try options.set(option, String(parts[1]))
      } else {
        guard let value = rest.popFirst()?.text else {
          throw UsageError(explained: "--\(option.rawValue) needs \(wanted)")
        }
        try options.set(option, value)
      }
    }
  }

  /// Takes all that is left: options, which may stand anywhere, and so many arguments, which are
  /// what `wanted` calls them.
  mutating func takeArguments(
    _ name: String, _ counts: ClosedRange<Int>, _ wanted: String, _ known: [Option],
    into options: inout Options
  ) throws(UsageError) -> [String] {
    var arguments: [String] = []
    try takeOptions(name, known, into: &options)
    while let argument = rest.popFirst() {
      guard arguments.count < counts.upperBound else {
        throw UsageError(
          explained: "\(name) takes \(wanted); \(argument.value) is one argument too many")
      }
      guard let text = argument.text, !text.isEmpty else {
        throw UsageError(explained: "\(name) takes \(wanted), not \(argument.value)")
      }
      arguments.append(text)
      try takeOptions(name, known, into: &options)
    }
    guard arguments.count >= counts.lowerBound else {
      throw UsageError(explained: "\(name) needs \(wanted)")
    }
    return arguments
  }

  private func unknown(_ text: String, _ name: String, _ known: [Option]) -> UsageError {
    let names = known.map { "--" + $0.rawValue }.joined(separator: ", ")
    return UsageError(
      explained: known.isEmpty
        ? "\(name) takes no options, so \(text) is none; see \"aemp help \(name)\""
        : "\(name) has no option \(text); it takes \(names)")
  }
}
