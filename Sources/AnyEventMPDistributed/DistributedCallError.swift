public import AnyEventMP
public import Distributed

/// Why a distributed call has brought no result, other than an error of the called method that is known here.
///
/// Calls also throw `CancellationError` when the calling task is cancelled. Only after ``refused(_:)``,
/// ``unsendable(_:)`` and ``notAnActor(_:)`` it is certain that the method was not run.
public enum DistributedCallError: DistributedActorSystemError, Hashable, Sendable {
  /// The method has thrown an error of a type that is not known here: its name, and its text.
  ///
  /// See ``NodeActorSystem/recognize(_:as:)``.
  case thrown(type: String, text: String)
  /// The other end could not run the method: it has none of that name, or its arguments are others.
  case refused(String)
  /// The actor has died before it has answered, or its node was lost; the reason is that of the monitor.
  case actorDied(Message)
  /// No reply has come within these seconds.
  case timedOut(Double)
  /// The reply does not fit the type of the method's result.
  case unreadableReply(String)
  /// The arguments cannot be sent: one cannot be encoded, or all are too large for a packet.
  case unsendable(String)
  /// The id of a node, or an empty one, cannot be called.
  case notAnActor(PortID)
  /// The system, its node or its loop was closed.
  case systemClosed
}

extension DistributedCallError: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    switch self {
    case .thrown(let type, let text): "the called method has thrown \(type): \(text)"
    case .refused(let text): "the call was refused: \(text)"
    case .actorDied(let reason):
      "the actor has ended, or its node is lost: \(reason.isEmpty ? "a normal end" : "\(reason)")"
    case .timedOut(let seconds): "no reply has come within \(seconds) s"
    case .unreadableReply(let text): "the reply cannot be read: \(text)"
    case .unsendable(let text): "the call cannot be sent: \(text)"
    case .notAnActor(let id): "\"\(id)\" is no id of an actor"
    case .systemClosed: "the actor system was closed"
    }
  }
}

extension DistributedCallError {
  /// The error of a distributed call whose message has failed with `error`.
  init(_ error: CallError) {
    self =
      switch error {
      case .timedOut(port: _, let seconds): .timedOut(seconds)
      case .lost(port: _, let reason): .actorDied(reason)
      case .dropped: .unreadableReply("the port that waits for it was killed")
      case .unsendable(port: _, let reason): .unsendable(reason)
      }
  }
}

/// An error type of which values that another node has thrown are thrown here as they are.
struct KnownError: Sendable {
  let read: @Sendable (Value, NodeActorSystem) throws -> any Error
}

extension NodeActorSystem {
  /// Has errors of a type thrown here as themselves when a method on another node has thrown them.
  ///
  /// Errors of other types are thrown as ``DistributedCallError/thrown(type:text:)``. In messages the type is known
  /// by its name, which has to be the same on both nodes. Any thread may call it.
  public func recognize<Failure: Error & Codable>(
    _ type: Failure.Type, as name: String = String(describing: Failure.self)
  ) {
    let known = KnownError { value, system in try value.decode(Failure.self, in: system) }
    withState {
      $0.errors[name] = known
      $0.errorNames[ObjectIdentifier(type)] = name
    }
  }

  /// The answer for an error that a method has thrown.
  func reply(for error: any Error) -> [Value] {
    let type = Swift.type(of: error)
    let name =
      withState { $0.errorNames[ObjectIdentifier(type)] } ?? String(describing: type)
    var reply: [Value] = [.string("error"), .string("\(error)"), .string(name)]
    if let error = error as? any Error & Encodable, let value = try? Value(encoding: error) {
      reply.append(value)
    }
    return reply
  }

  /// The error that a reply tells of.
  func error(in reply: Message) -> any Error {
    switch reply[0].string {
    case "refused": return DistributedCallError.refused(reply[1].string ?? "\(reply[1])")
    case "error":
      let name = reply[2].string ?? "an error"
      let known = withState { $0.errors[name] }
      if let known, reply.count > 3, let error = try? known.read(reply[3], self) {
        return error
      }
      return DistributedCallError.thrown(type: name, text: reply[1].string ?? "\(reply[1])")
    default:
      let text = "\(reply)".unicodeScalars.prefix(200)
      return DistributedCallError.unreadableReply(
        "it begins with neither ok, error nor refused: \(text)")
    }
  }
}
