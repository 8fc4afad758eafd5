/// Why a configuration cannot be used: one sentence for the user, and where the mistake is.
public struct ConfigurationError: Error, Hashable, Sendable {
  /// The kinds of problem.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the problem.
    public let rawValue: String

    /// A code with the given name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The file is not JSON, or does not hold an object.
    public static let syntax = Code(rawValue: "syntax")
    /// The file exists but cannot be read.
    public static let unreadable = Code(rawValue: "unreadable")
    /// The file cannot be written.
    public static let unwritable = Code(rawValue: "unwritable")
    /// A setting has a value of the wrong type.
    public static let wrongType = Code(rawValue: "wrongType")
    /// A setting has a value of the right type that means nothing.
    public static let badValue = Code(rawValue: "badValue")
    /// There is no setting of that name.
    public static let unknownSetting = Code(rawValue: "unknownSetting")
    /// There is no profile of that name.
    public static let unknownProfile = Code(rawValue: "unknownProfile")
    /// A profile is, by its parents, its own parent.
    public static let circularParents = Code(rawValue: "circularParents")
    /// Listening where other hosts can connect needs a secret or a certificate.
    public static let noCredentials = Code(rawValue: "noCredentials")
    /// Standard input does not contain a text that can be used.
    public static let unusableInput = Code(rawValue: "unusableInput")
    /// The node is not in the network: it was not configured yet, or has left.
    public static let notRunning = Code(rawValue: "notRunning")
    /// A host name to listen on has no address.
    public static let unresolvable = Code(rawValue: "unresolvable")
  }

  /// The kind of problem.
  public let code: Code
  /// The file with the mistake, nil when it is not in a file.
  public let file: String?
  /// The line of a syntax error, from 1.
  public let line: Int?
  /// The column of a syntax error, in bytes from 1.
  public let column: Int?
  /// The mistake and its remedy, without a full stop.
  public let sentence: String

  package init(
    _ code: Code, _ sentence: String, file: String? = nil, line: Int? = nil, column: Int? = nil
  ) {
    self.code = code
    self.file = file
    self.line = line
    self.column = column
    self.sentence = sentence
  }
}

extension ConfigurationError: CustomStringConvertible {
  /// The sentence, with `file:line:column` in front for a syntax error.
  public var description: String {
    guard let file, let line, let column else { return sentence }
    return "\(file):\(line):\(column): \(sentence)"
  }
}
