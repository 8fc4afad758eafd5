/// The manual page: the texts below, and all commands with their help.
enum ManualPage {
  static var text: String {
    var text = head
    for group in HelpTable.groups {
      text += ".Ss \(group.title)\n" + ManualText.sentences(group.introduction)
      text += ".Bl -tag -width Ds -compact\n"
      text += group.entries.map(item).joined(separator: ".Pp\n") + ".El\n"
    }
    text += environment + ".Sh EXIT STATUS\n.Bl -tag -width Ds -compact\n"
    for code in ExitCode.allCases {
      text += ".It \(code.rawValue)\n" + ManualText.sentence(code.meaning)
    }
    return text + ".El\n" + tail
  }

  /// All about one command, or a few that belong together.
  private static func item(_ entry: HelpEntry) -> String {
    var text = ""
    for usage in entry.usage {
      // The description says once that all commands may work on a profile.
      let prefix = "[profile NAME] "
      let words = usage.hasPrefix(prefix) ? String(usage.dropFirst(prefix.count)) : usage
      text += ".It Ic \(ManualText.argument(words))\n"
    }
    text += ManualText.sentence(entry.summary)
    if let name = entry.shortName { text += "Also: \(name).\n" }
    for paragraph in entry.text { text += ManualText.sentences(paragraph) }
    if !entry.options.isEmpty {
      text += ".Bl -tag -width Ds -compact\n"
      for item in entry.options.sorted(by: { $0.option.rawValue < $1.option.rawValue }) {
        text += ".It Fl Fl \(item.option.rawValue)"
        if let value = item.option.value { text += " Ar \(value.lowercased())" }
        text += "\n" + ManualText.sentence(item.text)
      }
      text += ".El\n"
    }
    if entry.exitCodes != HelpEntry.usualExitCodes {
      let codes = entry.exitCodes.map { code in
        String(code.rawValue) + (entry.meanings[code].map { " (\($0))" } ?? "")
      }.joined(separator: ", ")
      text += ManualText.sentences("Exit codes: \(codes).")
    }
    text += entry.examples.count == 1 ? "Example:\n" : "Examples:\n"
    return text + entry.examples.map { ".Dl \(ManualText.typed($0))\n" }.joined()
  }

  private static let head = #"""
    .\" Made by scripts/generate of what the tool says about itself: change that.
    .Dd November 26, 2026
    .Dt AEMP 1
    .Os
    .Sh NAME
    .Nm aemp
    .Nd configure, run and talk to nodes of an AnyEvent::MP network
    .Sh SYNOPSIS
    .Nm
    .Op Cm profile Ar name
    .Ar command
    .Op Ar argument ...
    .Op Ar command ...
    .Nm
    .Cm help
    .Op Ar command
    .Sh DESCRIPTION
    .Nm
    changes the configuration file that all programs of a user share, runs nodes,
    and talks to the nodes of a network: sends messages, waits, lists, measures.
    It reads and writes the same file as the tool of the same name that comes with
    AnyEvent::MP for Perl.
    .Pp
    Commands can be given one behind the other; nothing is done unless all are
    understood.
    Those that change the file change it once, in one step: either all of them are
    done or none is.
    A command for a node or for the network takes all that is behind it, so it
    stands last.
    .Pp
    With
    .Cm profile Ar name
    before them, the commands behind it change, show and use the settings of that
    profile.
    .Pp
    A
    .Ar list
    is text with commas or a JSON array.
    An argument may be written as JSON: a list, or a string in quotes.
    As the value of a setting, \(dq-\(dq is read from standard input, once in a
    command line.
    All arguments can be given as one JSON array:
    .Dl aemp \(aq[\(dqsetbinds\(dq, [\(dq*:4040\(dq]]\(aq
    .Pp
    Commands that print can print JSON, an object a line, with
    .Fl Fl json .
    Colours are shown on a terminal only, and not if
    .Ev NO_COLOR
    is set.
    In what other nodes, files and arguments say, characters that are not printable
    are shown as numbers, such as \eu{1b}, in a pipe as well; JSON has \eu001b.

    """#

  private static let environment = #"""
    .Sh ENVIRONMENT
    .Bl -tag -width Ds
    .It Ev PERL_ANYEVENT_MP_RC , Ev AE_MP_RC
    The configuration file; the first of them that is set.
    .It Ev PERL_ANYEVENT_VERBOSE , Ev AE_VERBOSE
    What is logged to standard error: a number from 0 (nothing) to 9 (everything).
    .It Ev PERL_ANYEVENT_LOG , Ev AE_LOG
    What is logged where, as AnyEvent has it: for example AnyEvent::MP=+log.
    .It Ev NO_COLOR
    If it is set and not empty, nothing is coloured.
    .El
    .Sh FILES
    .Bl -tag -width Ds
    .It Pa ~/.perl-anyevent-mp
    The configuration file, in JSON; comments and trailing commas are read but not
    kept.
    It is replaced in one step, with mode 0600.
    Keys that the tool does not know stay as they are.
    .It Pa ~/.perl-anyevent-mp~
    The file before the last change.
    .It Pa ~/.perl-anyevent-mp~lock~
    Locked while the file is changed.
    .El

    """#

  private static let tail = #"""
    .Pp
    Whatever goes wrong is said in one sentence on standard error.
    .Sh EXAMPLES
    A network of two hosts:
    .Bd -literal -offset indent
    aemp gensecret profile seed binds \(aq*:4040\(aq
    aemp addseed 10.0.0.1:4040
    scp ~/.perl-anyevent-mp other-host:
    aemp run seed
    .Ed
    .Pp
    A script that starts workers and uses them when three are there:
    .Bd -literal -offset indent
    aemp wait family workers \-\-count 3 \-\-timeout 10 || exit
    aemp get workers \-\-json
    .Ed
    .Sh SEE ALSO
    .Xr openssl 1

    """#
}

/// Converts text to mdoc, the language of the manual page.
enum ManualText {
  private static let width = 79

  /// Sentences, each on lines of its own, as mdoc wants them.
  static func sentences(_ text: String) -> String {
    var lines: [String] = []
    var line = ""
    var isEnd = false
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let escaped = escaped(String(word))
      let isStart = isEnd && word.first?.isLowercase == false
      if !line.isEmpty, isStart || line.count + 1 + escaped.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + escaped
      isEnd = word.last == "."
    }
    if !line.isEmpty { lines.append(line) }
    return lines.map { guarded($0) + "\n" }.joined()
  }

  /// A summary as a sentence.
  static func sentence(_ text: String) -> String {
    sentences(text.prefix(1).uppercased() + text.dropFirst() + ".")
  }

  /// Words to be typed: their dashes are minus signs, not hyphens.
  static func typed(_ text: String) -> String {
    escaped(text).replacing("-", with: "\\-")
  }

  /// Words to be typed as one argument of a macro.
  static func argument(_ text: String) -> String {
    let typed = typed(text)
    return text.contains(" ") ? "\"\(typed)\"" : typed
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "\"": result += "\\(dq"
      case "'": result += "\\(aq"
      case "…": result += "..."
      default: result.append(character)
      }
    }
    return result
  }

  /// The line, protected if it begins with a full stop, which would make it a request of mdoc.
  private static func guarded(_ line: String) -> String {
    line.hasPrefix(".") ? "\\&" + line : line
  }
}
