/// A limit on what others may cost a node: a setting that is a whole number, and the field of ``NodeLimits`` that
/// it becomes.
///
/// The figure of a node that is told none stands in the row, and the field begins with it.
struct Limit: Sendable {
  /// What it is counted in.
  enum Unit: String {
    case number = "N"
    case bytes = "BYTES"
  }

  let setting: Setting
  /// What it becomes when somebody sets it.
  let property: any ReferenceWritableKeyPath<NodeLimits, Int> & Sendable
  /// The values that it can have, 0 for none at all where that is one of them.
  let range: ClosedRange<Int>
  /// What it is when nobody says anything.
  let standard: Int

  /// A row of the table.
  ///
  /// - Parameters:
  ///   - name: the name in the file, and as argument of `configure`.
  ///   - property: what it becomes when somebody sets it.
  ///   - range: the values that it can have.
  ///   - standard: what it is when nobody says anything.
  ///   - unit: what it is counted in.
  ///   - summary: what it is, in a few words.
  ///   - text: what happens beyond it; `{standard}` stands for the standard value.
  init(
    _ name: String, _ property: any ReferenceWritableKeyPath<NodeLimits, Int> & Sendable,
    _ range: ClosedRange<Int>, standard: Int, unit: Unit = .number, _ summary: String,
    _ text: String
  ) {
    self.property = property
    self.range = range
    self.standard = standard
    setting = Setting(
      name, .limit(in: range, unit.rawValue), standard: .int(standard), example: String(standard),
      summary, text: [text])
  }
}

extension SettingValue {
  /// The value of a limit.
  func limit(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard let limit = Int(exactly: try number()), range.contains(limit) else {
      throw wrongValue(
        Self.shown(value), "is no whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return limit
  }
}
