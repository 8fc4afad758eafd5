import AnyEventMP
import Glibc

/// The line that says which node runs and where it listens.
enum ReadyLine {
  /// Node id and addresses with a tab between them, or a JSON object.
  static func text(node: String, binds: [String], isJSON: Bool) -> Shown {
    isJSON
      ? Shown(legible: Printer.json(.hash(json(node, binds))) + "\n")
      : "\(node)\t\(binds.joined(separator: ","))\n"
  }

  /// Writes the line to standard output.
  ///
  /// Nobody who reads it is no reason to stop, and one who does not
  /// go on reading no reason to wait.
  static func write(_ line: Shown) {
    var request = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    if poll(&request, 1, 0) > 0 { _ = Output.write(line) }
  }

  /// The members of the JSON object.
  static func json(_ node: String, _ binds: [String]) -> TextDictionary<Value> {
    ["node": .string(node), "binds": .array(binds.map(Value.string))]
  }
}
