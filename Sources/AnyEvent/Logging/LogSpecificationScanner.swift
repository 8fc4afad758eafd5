/// Cuts the value of `AE_LOG` into entries, and each into its name and its directives.
struct LogSpecificationScanner {
  /// One entry with its escapes taken out; the directives are nil if there was no `=`.
  struct Words: Equatable {
    var name = ""
    var directives: [String]?
  }

  private var rest: Substring.UnicodeScalarView

  init(_ text: String) {
    rest = Substring(text).unicodeScalars
  }

  /// The next entry, or nil at the end.
  ///
  /// Two colons are part of a name, one separates entries.
  mutating func nextEntry() -> Words? {
    while let first = rest.first, first.properties.isWhitespace || first == ":" {
      if rest.starts(with: "::".unicodeScalars) { break }
      rest.removeFirst()
    }
    guard !rest.isEmpty else { return nil }

    var words = Words()
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\\":
        if let escaped = rest.popFirst() { words.append(escaped) }
      case ":" where rest.first == ":":
        rest.removeFirst()
        words.append(":")
        words.append(":")
      case ":":
        return words
      case _ where scalar.properties.isWhitespace:
        return words
      case "=" where words.directives == nil:
        words.directives = [""]
      case "," where words.directives != nil:
        words.directives?.append("")
      default:
        words.append(scalar)
      }
    }
    return words
  }
}

extension LogSpecificationScanner.Words {
  fileprivate mutating func append(_ scalar: Unicode.Scalar) {
    if let count = directives?.count {
      directives?[count - 1].unicodeScalars.append(scalar)
    } else {
      name.unicodeScalars.append(scalar)
    }
  }
}
