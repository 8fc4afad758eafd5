/// JSON for people: names sorted, one element a line, indented by three, as Perl's tool writes it.
package enum PrettyJSON {
  /// Writes a value and a line end.
  ///
  /// - Throws: `CodecError` when the value holds what JSON cannot.
  package static func encode(_ value: Value) throws(CodecError) -> [UInt8] {
    var text = ""
    try append(value, to: &text, indentation: 0)
    text += "\n"
    return Array(text.utf8)
  }

  private static func append(
    _ value: Value, to text: inout String, indentation: Int
  ) throws(CodecError) {
    switch value {
    case .array(let elements) where !elements.isEmpty:
      text += "["
      for (index, element) in elements.enumerated() {
        startLine(&text, isFirst: index == 0, indentation + 1)
        try append(element, to: &text, indentation: indentation + 1)
      }
      endList("]", &text, indentation)
    case .hash(let elements) where !elements.isEmpty:
      text += "{"
      for (index, name) in elements.keys.sorted().enumerated() {
        startLine(&text, isFirst: index == 0, indentation + 1)
        text += try JSON.encode(.string(name)) + " : "
        try append(elements[name] ?? .null, to: &text, indentation: indentation + 1)
      }
      endList("}", &text, indentation)
    default:
      text += try JSON.encode(value)
    }
  }

  private static func startLine(_ text: inout String, isFirst: Bool, _ indentation: Int) {
    text += (isFirst ? "\n" : ",\n") + String(repeating: " ", count: 3 * indentation)
  }

  private static func endList(_ end: String, _ text: inout String, _ indentation: Int) {
    text += "\n" + String(repeating: " ", count: 3 * indentation) + end
  }
}
