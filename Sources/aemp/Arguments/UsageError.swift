/// A command line that cannot be understood: exit code 2, and nothing was done.
struct UsageError: Error {
  /// What is wrong and what to do, without a full stop.
  let sentence: String

  /// A mistake whose sentence does not say everything: the help text says more.
  init(_ sentence: String) { self.sentence = sentence + "; see \"aemp help\"" }

  /// A mistake whose sentence says what to write instead.
  init(explained sentence: String) { self.sentence = sentence }
}
