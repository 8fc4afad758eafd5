extension LogContext {
  /// The context of the module that a `#fileID` belongs to.
  ///
  /// - Parameter fileID: `Module/File.swift`, as the compiler writes it.
  /// - Returns: the context of a package called as the module is; `AnyEvent::MP` for ours.
  public static func ofModule(_ fileID: StaticString = #fileID) -> LogContext {
    LogContext(LogPackage.ofModule(fileID))
  }
}
