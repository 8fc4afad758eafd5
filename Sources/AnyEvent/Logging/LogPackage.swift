/// A package name, with `::` between its components.
struct LogPackage {
  let name: String

  init(_ name: String) {
    self.name = name
  }

  /// The name without its last component; nil for a top-level package.
  ///
  /// Corresponds to Perl's `/^(.+)::/`.
  var parent: String? {
    let bytes = Array(name.utf8)
    guard bytes.count > 2 else { return nil }
    for start in stride(from: bytes.count - 2, to: 0, by: -1)
    where bytes[start] == UInt8(ascii: ":") && bytes[start + 1] == UInt8(ascii: ":") {
      return String(decoding: bytes[..<start], as: UTF8.self)
    }
    return nil
  }

  /// The context name for a Swift module: its own, or the Perl name of one of ours.
  static func ofModule(_ fileID: StaticString) -> String {
    let module = fileID.description.prefix { $0 != "/" }
    switch module {
    case "AnyEventMP", "AEMPC": return "AnyEvent::MP"
    default: return String(module)
    }
  }
}

extension TextDictionary<LogNode> {
  /// Makes the node of a package and those of its parents that are missing.
  mutating func makeNode(_ package: String, top: LogNode) -> LogNode {
    var missing = [package]
    var parent = top
    while let name = LogPackage(missing[missing.count - 1]).parent {
      if let node = self[name] {
        parent = node
        break
      }
      missing.append(name)
    }
    for name in missing.reversed() {
      let node = LogNode(title: name, slaves: [parent])
      self[name] = node
      parent = node
    }
    return parent
  }
}
