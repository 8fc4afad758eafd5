extension Refusal {
  /// What kind of problem a ``Refusal`` reports.
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
  /// The other end is this very node, as far as can be known; a seed that is should not be dialled again.
  public static let ownNode = Self(rawValue: "ownNode")
  /// Another node has our node id, or one that is connected here.
  public static let nodeIDInUse = Self(rawValue: "nodeIDInUse")
  /// The owner has another connection to that node already.
  public static let alreadyConnected = Self(rawValue: "alreadyConnected")
  /// Our own greeting came back, byte for byte.
  public static let echo = Self(rawValue: "echo")
  /// Both nonces are the same, though the greetings differ.
  public static let equalNonces = Self(rawValue: "equalNonces")
  /// Neither a secret nor TLS is configured here.
  public static let noCredentials = Self(rawValue: "noCredentials")
  /// The other end accepts no authentication method that we may send.
  public static let noCommonAuthMethod = Self(rawValue: "noCommonAuthMethod")
  /// There is no framing that both ends speak.
  public static let noCommonFraming = Self(rawValue: "noCommonFraming")
  /// TLS could not be established: the certificate of one end does not please the other, or what
  /// arrives is no TLS.
  public static let tls = Self(rawValue: "tls")
  /// The connection would not be encrypted, and we accept no other.
  public static let notSealed = Self(rawValue: "notSealed")
  /// The other end's public key makes no secret of the connection.
  public static let unusableKey = Self(rawValue: "unusableKey")
  /// The authentication line does not have the form `method;data;framing`.
  public static let malformedAuthLine = Self(rawValue: "malformedAuthLine")
  /// The other end used an authentication method that we do not accept.
  public static let authMethodNotAccepted = Self(rawValue: "authMethodNotAccepted")
  /// The other end could not prove that it knows our secret.
  public static let wrongSecret = Self(rawValue: "wrongSecret")
  /// The other end hung up when it had seen our authentication line; often a wrong secret.
  public static let refusedByPeer = Self(rawValue: "refusedByPeer")
  /// A line is longer than ``GreetingLines/maximumLength``.
  public static let lineTooLong = Self(rawValue: "lineTooLong")
  /// A line is not valid UTF-8.
  public static let notUTF8 = Self(rawValue: "notUTF8")
  /// A line that we would send has a line break inside.
  public static let lineBreak = Self(rawValue: "lineBreak")
  /// The other end sends data without waiting for the handshake.
  public static let tooMuchData = Self(rawValue: "tooMuchData")
  /// The connection ended in the middle of the handshake.
  public static let endOfStream = Self(rawValue: "endOfStream")
  /// The handshake was not done in time.
  public static let timedOut = Self(rawValue: "timedOut")
  /// OpenSSL could not compute what is needed.
  public static let cryptography = Self(rawValue: "cryptography")
}
