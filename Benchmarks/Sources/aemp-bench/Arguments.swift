import Glibc

/// Ends the program with one sentence on standard error.
func fail(_ sentence: String) -> Never {
  let line = "aemp-bench: \(sentence)\n"
  write(STDERR_FILENO, line, line.utf8.count)
  exit(1)
}

/// The words of the command line, taken from the front.
struct Arguments {
  private var words = CommandLine.arguments.dropFirst()

  /// The next word.
  mutating func text(_ name: String) -> String {
    guard let word = words.popFirst() else { fail("\(name) is missing") }
    return word
  }

  /// The next word, which must be a number.
  mutating func number(_ name: String) -> Int {
    let word = text(name)
    guard let number = Int(word), number > 0 else { fail("\(name) must be a number, not \(word)") }
    return number
  }
}
