import Glibc

/// What the process was built to be watched by.
package enum Sanitizer: String, CaseIterable, Sendable {
  case address
  case thread

  /// The sanitizer of this process, if it has one.
  ///
  /// It keeps memory that was released, and more beside each allocation: how much the process has says nothing then.
  package static let current = allCases.first {
    dlsym(nil, "__\($0.rawValue.prefix(1))san_init") != nil
  }
}
