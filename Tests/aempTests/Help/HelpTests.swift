import AnyEventMP
import Testing

@testable import AEMPTool

struct HelpTests {
  private static let entries = HelpTable.groups.flatMap(\.entries)
  private static let names = entries.flatMap(\.names)

  private func parse(_ texts: [String]) throws(UsageError) -> [Command] {
    var parser = CommandParser(try Argument.all(texts))
    return try parser.parse()
  }

  @Test("every command with help is a command, and is there once", arguments: names)
  func known(_ name: String) throws {
    #expect(Self.names.filter { $0 == name }.count == 1)
    do throws(UsageError) {
      _ = try parse([name])
    } catch {
      #expect(!error.sentence.contains("there is no command"))
    }
  }

  @Test("what can be set, removed, added to and taken from has help")
  func settings() {
    for setting in Setting.all {
      #expect(Self.names.contains("set" + setting.name))
      #expect(Self.names.contains("del" + setting.name))
      #expect(Self.names.contains(setting.name))
    }
    for name in ["bind", "seed", "service"] {
      #expect(Self.names.contains("add" + name))
      #expect(Self.names.contains("del" + name))
    }
  }

  @Test("the commands of the original tool have help")
  func original() {
    let names = """
      snd mon cal eval shell trace run restart gensecret gencert profile delprofile showprofile
      showconfig
      """
    for name in names.split(whereSeparator: \.isWhitespace) {
      #expect(Self.names.contains(String(name)))
    }
  }

  @Test("a command has exactly the options that its help names", arguments: entries.map(\.names[0]))
  func options(_ name: String) throws {
    let entry = try #require(HelpTable.entry(name))
    let documented = entry.options.map(\.option)
    for option in Option.allCases {
      var sentence = ""
      do throws(UsageError) {
        _ = try parse(["profile", "p", name, "--" + option.rawValue])
      } catch {
        sentence = error.sentence
      }
      // An option without its value is a mistake that only those have who know it.
      let isKnown =
        option.wanted.map { sentence == "--\(option.rawValue) needs \($0)" }
        ?? Self.takes(option, sentence, name)
      #expect(isKnown == documented.contains(option), "\(name) --\(option.rawValue): \(sentence)")
    }
  }

  /// Whether the option was taken: what is said then is that the arguments are missing, if anything.
  private static func takes(_ option: Option, _ sentence: String, _ name: String) -> Bool {
    if sentence.contains("--\(option.rawValue)") { return false }
    return sentence.isEmpty
      ? !HelpTests.isText(name) : sentence.hasPrefix("\(name) needs ")
  }

  /// Whether the command takes any text, also one that begins with two dashes.
  private static func isText(_ name: String) -> Bool {
    // So may a secret.
    (HelpTable.entry(name)?.options ?? []).isEmpty || name.hasPrefix("setsecret")
  }

  @Test("help is at most 80 columns wide, has an end, and shows the command")
  func layout() {
    for text in Self.entries.map(HelpText.of) + [HelpText.overview] {
      #expect(text.hasPrefix("usage: aemp "))
      #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
      for line in text.split(separator: "\n") {
        #expect(line.count <= 80, "\(line)")
        #expect(line.last != " ")
      }
    }
    for entry in Self.entries {
      #expect(HelpText.overview.contains("  \(entry.names[0])"))
      let text = HelpText.of(entry)
      for name in entry.names { #expect(text.contains(name)) }
      for item in entry.options { #expect(text.contains("  --\(item.option.rawValue)")) }
      for code in entry.exitCodes {
        #expect(text.contains("  \(code.rawValue)  \(entry.meaning(code))\n"))
      }
      #expect(!entry.examples.isEmpty)
    }
  }

  @Test("the examples are command lines that are understood")
  func examples() throws {
    for entry in Self.entries {
      for example in entry.examples {
        let words = Self.words(example)
        let start = try #require(words.lastIndex(of: "aemp"))
        #expect(throws: Never.self, "\(example)") { try parse(Array(words[(start + 1)...])) }
      }
    }
  }

  /// The words of a line, as a shell sees them; a pipe comes before the tool only.
  private static func words(_ line: String) -> [String] {
    var words = [""]
    var isQuoted = false
    for character in line {
      if character == "'" {
        isQuoted.toggle()
      } else if character == " ", !isQuoted {
        words.append("")
      } else {
        words[words.count - 1].append(character)
      }
    }
    return words
  }
}
