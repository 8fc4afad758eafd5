internal import AEValue

/// Names of the configuration file that are no settings: a mistyped one would have no effect, in silence.
///
/// They are no mistakes in themselves: as with Perl's tool a later version may know them, and an edit of the file
/// keeps them.
struct UnknownSettings {
  /// What there is besides settings: the version of the file, and the table of profiles.
  private static let others = ["version", "profile"]
  /// How many names have a sentence of their own; a file may hold millions.
  private static let most = 10
  /// Beyond so many bytes no name is like one of a setting.
  private static let longest = 40

  /// The warnings: sentences without a full stop, and the name that each says was probably meant.
  private(set) var warnings: [(sentence: String, meant: String?)] = []
  private var count = 0

  /// Looks through the names that stand at one place.
  mutating func look(at settings: TextDictionary<Value>, _ origin: SettingOrigin) {
    let names = settings.keys.filter { Setting.named($0) == nil && !Self.others.contains($0) }
    guard !names.isEmpty else { return }
    let room = max(0, Self.most - count)
    count += names.count
    for name in names.sorted().prefix(room) {
      let meant = Self.nearest(to: name)
      let hint = meant.map { "; write \"\($0)\" if you mean that" } ?? ""
      warnings.append(
        ("\"\(Log.cut(name, to: 100))\" \(origin) is no setting and has no effect\(hint)", meant))
    }
    if names.count > room {
      warnings.append(("\(names.count - room) more names \(origin) are no settings", nil))
    }
  }

  /// The name that was probably meant; nil when none is like it.
  static func nearest(to name: String) -> String? {
    guard name.utf8.count <= longest else { return nil }
    let typed = folded(name)
    let known = (Setting.all.map(\.name) + others).map {
      (name: $0, distance: distance(typed, folded($0)))
    }
    // Of two letters in six, more would be another word.
    let near = known.filter { $0.distance <= max(1, min(typed.count, $0.name.utf8.count) / 3) }
    return near.min { $0.distance < $1.distance }?.name
  }

  /// Small letters, and no dashes between the words.
  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }.map { byte in
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }
  }

  /// How many bytes are missing, too many, wrong, or swapped with their neighbour.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var before: [Int] = []
    var row = Array(0...other.count)
    for (line, byte) in one.enumerated() {
      var next = [line + 1]
      for (column, wanted) in other.enumerated() {
        var best = min(
          row[column + 1] + 1, next[column] + 1, row[column] + (byte == wanted ? 0 : 1))
        if line > 0, column > 0, byte == other[column - 1], one[line - 1] == wanted {
          best = min(best, before[column - 1] + 1)
        }
        next.append(best)
      }
      (before, row) = (row, next)
    }
    return row[other.count]
  }
}
