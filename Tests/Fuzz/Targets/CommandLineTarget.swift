@testable import AEValue
@testable import AnyEventMP
@testable import aemp

/// Command lines: one argument that may be JSON, or one argument a line; and lines of the shell.
func fuzzCommandLine(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let isSplit = input.byte() & 1 == 1
  let text = String(decoding: input.remainder, as: UTF8.self)
  let texts = isSplit ? text.split(separator: "\n").map(String.init) : [text]
  do {
    let arguments = try Argument.all(texts)
    var parser = CommandParser(arguments)
    var commands: [Command] = []
    var failure: UsageError?
    do throws(UsageError) { commands = try parser.parse() } catch { failure = error }
    try demand(failure?.sentence.isEmpty != true, "an error says what is wrong")
    // What is overwritten there must be an argument.
    try demand(
      parser.secretPlaces.allSatisfy { (1...texts.count).contains($0) },
      "secrets are at places of the command line")
    for case .edit(let edit, _) in commands {
      guard case .set(let setting, let value) = edit else { continue }
      try demand(
        (try? JSON.encode(value)) != nil, "what \(setting) is set to can be written to the file")
    }
  } catch let error as UsageError {
    try demand(!error.sentence.isEmpty, "an error says what is wrong")
  }
  for line in texts {
    let parser = ShellParser(current: "seed/x", own: "own/y", echo: "own/y#echo")
    _ = try? parser.parse(line)
  }
}
