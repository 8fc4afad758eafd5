import Glibc

// One measurement a run; prints one line of JSON.

let words = Array(CommandLine.arguments.dropFirst())
guard words.count == 2, let count = Int(words[1]), count > 0 else {
  fail("usage: growth-bench WHAT COUNT")
}

switch words[0] {
case "nodes": try Newcomer.measure(count)
case "ports": ManyPorts.measure(count)
case "keys": try ManyKeys.measure(count)
default: fail("there is nothing called \(words[0]) to measure")
}

/// Ends the program with one sentence on standard error.
func fail(_ sentence: String) -> Never {
  let line = "growth-bench: \(sentence)\n"
  write(STDERR_FILENO, line, line.utf8.count)
  exit(1)
}
