import AnyEventMP

/// The help as the tool prints it: as text, or as JSON.
enum HelpText {
  /// All commands, in a line or two each.
  static var overview: String {
    var text = """
      usage: aemp [profile NAME] COMMAND [ARGUMENT...] [COMMAND...]

      Commands can be given one behind the other; nothing is done unless all are
      understood. Those that change settings work on the configuration file that all
      programs of a user share: $PERL_ANYEVENT_MP_RC, $AE_MP_RC or
      ~/.perl-anyevent-mp.

      """
    for group in HelpTable.groups {
      text += "\n\(group.heading):\n"
      for entry in group.entries { text += HelpLayout.item(brief(entry), entry.summary) }
    }
    return text + """

      LIST is text with commas or a JSON array. An argument may be written as JSON,
      also a string in quotes, and all of them as one JSON array:
      aemp '["setbinds", ["*:4040"]]'. As the value of a setting, "-" is read from
      standard input.

      Exit codes:

      """ + exitCodes(ExitCode.allCases, \.meaning) + """

        "aemp help COMMAND" says more, so does "man aemp".

        """
  }

  /// All about one command.
  static func of(_ entry: HelpEntry) -> String {
    var text = ""
    for (index, usage) in entry.usage.enumerated() {
      text += (index == 0 ? "usage: aemp " : "   or: aemp ") + usage + "\n"
    }
    let summary = entry.summary.prefix(1).uppercased() + entry.summary.dropFirst() + "."
    for paragraph in [summary] + entry.text + shortNames(entry) {
      text += "\n" + HelpLayout.wrapped(paragraph, indent: 0) + "\n"
    }
    if !entry.options.isEmpty {
      text += "\nOptions:\n"
      for item in entry.options { text += HelpLayout.item(item.option.synopsis, item.text) }
    }
    text += "\nExit codes:\n" + exitCodes(entry.exitCodes, entry.meaning)
    text += entry.examples.count == 1 ? "\nExample:\n" : "\nExamples:\n"
    return text + entry.examples.map { "  \($0)\n" }.joined()
  }

  private static func shortNames(_ entry: HelpEntry) -> [String] {
    entry.shortName.map { ["\(entry.names[0]) may be written without \"set\": \($0)."] } ?? []
  }

  private static func brief(_ entry: HelpEntry) -> String {
    // Users can leave out the parts in brackets, so the overview does.
    let words = entry.usage[0].split(separator: " ").drop { $0 != entry.names[0] }
    var depth = 0
    var kept: [Substring] = []
    for word in words {
      let opens = word.count { $0 == "[" }
      if depth == 0, opens == 0 { kept.append(word) }
      depth += opens - word.count { $0 == "]" }
    }
    return kept.joined(separator: " ")
  }

  private static func exitCodes(_ codes: [ExitCode], _ meaning: (ExitCode) -> String) -> String {
    codes.map { "  \($0.rawValue)  \(meaning($0))\n" }.joined()
  }

  // MARK: JSON

  /// The help of these commands as JSON, an object a line.
  static func json(_ entries: [HelpEntry]) -> String {
    entries.map { Printer.json(object($0)) + "\n" }.joined()
  }

  private static func object(_ entry: HelpEntry) -> Value {
    var options: TextDictionary<Value> = [:]
    for item in entry.options { options["--" + item.option.rawValue] = .string(item.text) }
    var codes: TextDictionary<Value> = [:]
    for code in entry.exitCodes { codes[String(code.rawValue)] = .string(entry.meaning(code)) }
    return [
      "commands": .array(entry.names.map(Value.string)),
      "usage": .array(entry.usage.map { .string("aemp " + $0) }),
      "summary": .string(entry.summary), "text": .array(entry.text.map(Value.string)),
      "options": .hash(options), "exit_codes": .hash(codes),
      "examples": .array(entry.examples.map(Value.string)),
    ]
  }
}

/// Lays text out for terminals that are 80 columns wide.
enum HelpLayout {
  private static let width = 80
  /// Where the right column of a list begins.
  private static let column = 24

  /// Text in lines of 80 columns at most, all but the first indented by `indent`; a longer word stays
  /// whole.
  static func wrapped(_ text: String, indent: Int, firstColumn: Int? = nil) -> String {
    let margin = String(repeating: " ", count: indent)
    var result = firstColumn == nil ? margin : ""
    var position = firstColumn ?? indent
    var isLineStart = true
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !isLineStart, position + 1 + word.count > width {
        result += "\n" + margin
        position = indent
        isLineStart = true
      }
      if !isLineStart {
        result += " "
        position += 1
      }
      result += word
      position += word.count
      isLineStart = false
    }
    return result
  }

  /// A line of a list: a term, and on the right, or below a long term, its meaning.
  static func item(_ term: String, _ text: String) -> String {
    let left = "  " + term
    guard left.count + 1 < column else {
      return left + "\n" + wrapped(text, indent: column) + "\n"
    }
    let padding = String(repeating: " ", count: column - left.count)
    return left + padding + wrapped(text, indent: column, firstColumn: column) + "\n"
  }
}
