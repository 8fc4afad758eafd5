import AnyEventMP

/// Runs a node until it is told to stop.
struct NodeRunner {
  let arguments: ConfigurationArguments
  let context: ConfigurationContext

  /// Runs the node.
  ///
  /// - Returns: the exit code.
  func run() -> CInt {
    do throws(ConfigurationError) {
      _ = try NodeConfiguration(arguments, context: context)
    } catch {
      Output.complain(error.description)
      return 1
    }
    Output.complain("this build has no node to run yet; build a newer one")
    return 1
  }
}
