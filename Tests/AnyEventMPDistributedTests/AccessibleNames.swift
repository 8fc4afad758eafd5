@testable import AnyEventMPDistributed

/// The names that Swift's runtime has for distributed methods.
enum AccessibleNames {
  /// Those of the methods whose full name begins so.
  static func of(_ start: String) -> [String] {
    AccessibleFunctions.all.filter { $0.fullName.contains(start) }.map(\.identifier)
  }
}
