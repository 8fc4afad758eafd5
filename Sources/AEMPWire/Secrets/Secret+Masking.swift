extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Always the same text, whatever the secret is.
  public var description: String { "(secret)" }

  /// Always the same text, whatever the secret is.
  public var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Equatable {
  /// Whether both secrets have the same bytes, compared in constant time when equally long.
  public static func == (a: Secret, b: Secret) -> Bool {
    a.withBytes { left in b.withBytes { right in ConstantTime.areEqual(left, right) } }
  }
}
