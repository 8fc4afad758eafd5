/// Which version of the library this is.
package enum LibraryVersion {
  /// As the releases are numbered.
  package static let current = "0.1.0"
}
