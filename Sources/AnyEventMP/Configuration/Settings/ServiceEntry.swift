/// One entry of `services`: a function by name that is called with arguments when the node is up.
package struct ServiceEntry: Hashable, Sendable {
  /// The name; one that ends in `::` names a module.
  package let name: String
  /// What the function is called with.
  package let arguments: [Value]

  /// Whether the entry only loads a module, in Perl's words.
  package var isModule: Bool { name.hasSuffix("::") }

  /// An entry from the file: a name, or a list of a name and arguments; nil if it is neither.
  init?(_ value: Value) {
    switch value {
    case .string(let name) where !name.isEmpty:
      self.name = name
      arguments = []
    case .array(let elements):
      guard case .string(let name)? = elements.first, !name.isEmpty else { return nil }
      self.name = name
      arguments = Array(elements.dropFirst())
    default: return nil
    }
  }
}
