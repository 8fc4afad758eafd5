/// A key of a terminal.
enum TopKey: Equatable {
  case character(Character)
  case up, down, pageUp, pageDown, home, end
  case enter, escape, backspace, tab

  /// The keys that some bytes stand for, as they have come together.
  ///
  /// A sequence that is not known is left out.
  static func keys(_ bytes: some Collection<UInt8>) -> [TopKey] {
    var keys: [TopKey] = []
    var rest = Array(bytes)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case 0x1b:
        guard rest.first == UInt8(ascii: "[") || rest.first == UInt8(ascii: "O") else {
          keys.append(.escape)
          continue
        }
        rest.removeFirst()
        let parameters = rest.prefix { $0 < 0x40 }
        rest = rest.dropFirst(parameters.count)
        guard let last = rest.popFirst() else { continue }
        if let key = sequence(last, Array(parameters)) { keys.append(key) }
      case 0x0a, 0x0d: keys.append(.enter)
      case 0x09: keys.append(.tab)
      case 0x08, 0x7f: keys.append(.backspace)
      case 0..<0x20: break
      default:
        let length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
        let text = String(decoding: [byte] + rest.prefix(length - 1), as: UTF8.self)
        rest = rest.dropFirst(length - 1)
        keys += text.map { .character($0) }
      }
    }
    return keys
  }

  private static func sequence(_ last: UInt8, _ parameters: [UInt8]) -> TopKey? {
    switch UInt8(ascii: "A")...UInt8(ascii: "z") ~= last ? Character(UnicodeScalar(last)) : "~" {
    case "A": .up
    case "B": .down
    case "H": .home
    case "F": .end
    case "~":
      switch parameters.first {
      case UInt8(ascii: "5"): .pageUp
      case UInt8(ascii: "6"): .pageDown
      case UInt8(ascii: "1"), UInt8(ascii: "7"): .home
      case UInt8(ascii: "4"), UInt8(ascii: "8"): .end
      default: nil
      }
    default: nil
    }
  }
}
