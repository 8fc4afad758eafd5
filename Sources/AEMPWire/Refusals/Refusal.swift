internal import AEValue

/// Why a connection is not used: a code for programs and a sentence for people.
///
/// The sentence never holds a secret or a proof of one, and texts of the other end in it are short and free
/// of control characters.
public struct Refusal: CodedError {
  /// The kind of problem.
  public let code: Code
  /// A sentence that says what is wrong and what to do about it.
  public let reason: String

  /// A refusal with a reason of one's own, for instance `.init(.alreadyConnected, "…")`.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// The ``reason``.
  public var description: String { reason }
}

extension Refusal {
  /// The kind of problem that a ``Refusal`` reports.
  public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The name of the problem.
    public let rawValue: String

    /// A code with the given name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The name of the problem.
    public var description: String { rawValue }
  }
}

extension Refusal.Code {
  /// The first line is not that of an AEMP greeting.
  public static let malformedGreeting = Self(rawValue: "malformedGreeting")
  /// The listener answered with the greeting of a protocol extension.
  public static let wrongProtocol = Self(rawValue: "wrongProtocol")
  /// The other end speaks another version of the protocol.
  public static let wrongVersion = Self(rawValue: "wrongVersion")
  /// A node id has characters that none may have, or is empty.
  public static let invalidNodeID = Self(rawValue: "invalidNodeID")
  /// The other end is most likely this very node; such a seed should not be dialled again.
  public static let ownNode = Self(rawValue: "ownNode")
  /// Another node has the own node id, or that of a connected node.
  public static let nodeIDInUse = Self(rawValue: "nodeIDInUse")
  /// The owner has another connection to that node already.
  public static let alreadyConnected = Self(rawValue: "alreadyConnected")
  /// The own greeting came back, byte for byte.
  public static let echo = Self(rawValue: "echo")
  /// Both nonces are the same, though the greetings differ.
  public static let equalNonces = Self(rawValue: "equalNonces")
  /// Neither a secret nor TLS is configured here.
  public static let noCredentials = Self(rawValue: "noCredentials")
  /// The other end accepts no authentication method that this end may send.
  public static let noCommonAuthMethod = Self(rawValue: "noCommonAuthMethod")
  /// There is no framing that both ends speak.
  public static let noCommonFraming = Self(rawValue: "noCommonFraming")
  /// TLS could not be established: one end does not accept the certificate of the other, or does not
  /// speak TLS.
  public static let tls = Self(rawValue: "tls")
  /// The connection would not be encrypted, and only encrypted ones are accepted.
  public static let notSealed = Self(rawValue: "notSealed")
  /// The other end's public key makes no secret of the connection.
  public static let unusableKey = Self(rawValue: "unusableKey")
  /// The authentication line does not have the form `method;data;framing`.
  public static let malformedAuthLine = Self(rawValue: "malformedAuthLine")
  /// The other end used an authentication method that is not accepted here.
  public static let authMethodNotAccepted = Self(rawValue: "authMethodNotAccepted")
  /// The other end could not prove that it knows the secret.
  public static let wrongSecret = Self(rawValue: "wrongSecret")
  /// The other end hung up when it had seen this end's authentication line; often for a wrong secret.
  public static let refusedByPeer = Self(rawValue: "refusedByPeer")
  /// A line is longer than ``GreetingLines/maximumLength``.
  public static let lineTooLong = Self(rawValue: "lineTooLong")
  /// A line is not valid UTF-8.
  public static let notUTF8 = Self(rawValue: "notUTF8")
  /// A line of the own greeting has a line break inside.
  public static let lineBreak = Self(rawValue: "lineBreak")
  /// The other end sends data without waiting for the handshake.
  public static let tooMuchData = Self(rawValue: "tooMuchData")
  /// The connection ended in the middle of the handshake.
  public static let endOfStream = Self(rawValue: "endOfStream")
  /// The handshake was not done in time.
  public static let timedOut = Self(rawValue: "timedOut")
  /// OpenSSL could not compute a digest.
  public static let cryptography = Self(rawValue: "cryptography")
}

/// The form in which a sentence shows texts of the other end.
extension Refusal {
  /// The first 60 characters of a text, legible and in quotes, which a quote in the text cannot end.
  static func quoted(_ text: String) -> String {
    // By scalars: a quote with an accent behind it is another Character, and would end the quotes.
    let scalars = text.unicodeScalars.prefix(60).map { $0 == "'" ? "." : $0 } as [Unicode.Scalar]
    let start = String(String.UnicodeScalarView(scalars))
    let isCut = text.unicodeScalars.count > 60
    return "'\(LegibleText.text(start, .swift))\(isCut ? "…" : "")'"
  }

  static func list(_ names: [String]) -> String {
    names.isEmpty ? "nothing" : quoted(names.joined(separator: ","))
  }
}
