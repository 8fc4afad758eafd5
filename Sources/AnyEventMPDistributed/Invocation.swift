internal import AEValue
internal import AnyEventMP
public import Distributed

/// The arguments of a call, as values; used by Swift's runtime.
public struct CallEncoder: DistributedTargetInvocationEncoder, Sendable {
  /// Arguments are `Codable`.
  public typealias SerializationRequirement = any Codable

  var arguments: [Value] = []

  init() {}

  /// Takes the stub that `@Resolvable` makes of a protocol, and no other type.
  ///
  /// - Throws: ``DistributedCallError/unsendable(_:)``: generic methods cannot be called from other nodes.
  public mutating func recordGenericSubstitution<T>(_ type: T.Type) throws {
    if type is any _DistributedActorStub.Type { return }
    throw DistributedCallError.unsendable("a generic method can be called on its own node only")
  }

  /// Adds an argument.
  ///
  /// - Throws: ``DistributedCallError/unsendable(_:)`` with the text of what its `encode(to:)` has thrown.
  public mutating func recordArgument<Argument: Codable>(
    _ argument: RemoteCallArgument<Argument>
  ) throws {
    do {
      arguments.append(try Value(encoding: argument.value))
    } catch {
      throw DistributedCallError.unsendable("argument \(arguments.count + 1): \(error)")
    }
  }

  /// Does nothing.
  public mutating func recordErrorType<E: Error>(_ type: E.Type) throws {}

  /// Does nothing.
  public mutating func recordReturnType<R: Codable>(_ type: R.Type) throws {}

  /// Does nothing.
  public mutating func doneRecording() throws {}
}

/// The arguments of a call that has come in; used by Swift's runtime.
public struct CallDecoder: DistributedTargetInvocationDecoder, Sendable {
  /// Arguments are `Codable`.
  public typealias SerializationRequirement = any Codable

  private let arguments: [Value]
  private let system: NodeActorSystem
  private var index = 0

  init(_ arguments: [Value], for system: NodeActorSystem) {
    self.arguments = arguments
    self.system = system
  }

  /// None: methods that other nodes may call are not generic.
  public mutating func decodeGenericSubstitutions() throws -> [any Any.Type] { [] }

  /// The next argument.
  ///
  /// - Throws: An error whose text says which argument does not fit.
  public mutating func decodeNextArgument<Argument: Codable>() throws -> Argument {
    guard index < arguments.count else { throw RefusedCall("there are too few arguments") }
    index += 1
    do {
      return try arguments[index - 1].decode(Argument.self, in: system)
    } catch {
      throw RefusedCall("argument \(index) is no \(Argument.self): \(error)")
    }
  }

  /// None.
  public mutating func decodeErrorType() throws -> (any Any.Type)? { nil }

  /// None.
  public mutating func decodeReturnType() throws -> (any Any.Type)? { nil }
}

/// Answers a call; used by Swift's runtime.
public struct CallResultHandler: DistributedTargetInvocationResultHandler, Sendable {
  /// Results are `Codable`.
  public typealias SerializationRequirement = any Codable

  let system: NodeActorSystem
  /// Where the reply goes; nil if nobody wants one.
  let port: PortID?
  /// The node that calls.
  let caller: Caller
  /// How often that was lost before the call.
  let lossesBefore: Int

  /// Answers a call that begins now; on the loop's thread.
  init(system: NodeActorSystem, port: PortID?, caller: Caller) {
    self.system = system
    self.port = port
    self.caller = caller
    lossesBefore = caller.losses
  }

  /// Sends the result.
  public func onReturn<Success: Codable>(value: Success) async throws {
    guard port != nil else { return }
    do {
      send([.string("ok"), try Value(encoding: value)])
    } catch {
      send(system.reply(for: error))
    }
  }

  /// Sends that the method has returned.
  public func onReturnVoid() async throws {
    send([.string("ok")])
  }

  /// Sends the error of the method, or of the runtime when the arguments do not fit.
  public func onThrow<Err: Error>(error: Err) async throws {
    if let error = error as? RefusedCall { return refuse(error.description) }
    send(system.reply(for: error))
  }
}

/// Why a call that has come in is not run.
struct RefusedCall: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
