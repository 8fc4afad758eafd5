import Logging

/// Metadata as it stands behind the text of a message.
enum MetadataText {
  /// ` key=value` for each, in the order of the keys; empty without metadata.
  static func suffix(for metadata: Logger.Metadata) -> String {
    pairs(metadata).map { " \($0)=\(word($1))" }.joined()
  }

  private static func word(_ value: Logger.MetadataValue) -> String {
    switch value {
    case .string(let text): quoted(text)
    case .stringConvertible(let value): quoted(value.description)
    case .array(let values): "[" + values.map(word).joined(separator: ",") + "]"
    case .dictionary(let values):
      "{" + pairs(values).map { "\($0)=\(word($1))" }.joined(separator: ",") + "}"
    }
  }

  private static func pairs(_ metadata: Logger.Metadata) -> [(String, Logger.MetadataValue)] {
    metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0, $1) }
  }

  /// The text itself if it is one word, else in quotes, so that values of others cannot look like further keys.
  private static func quoted(_ text: String) -> String {
    let isWord = text.utf8.allSatisfy { $0 > 0x20 && !special.contains($0) }
    guard !isWord || text.isEmpty else { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        result.unicodeScalars.append("\\")
        result.unicodeScalars.append(scalar)
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static let special = Array("\"\\=,[]{}".utf8)
}
