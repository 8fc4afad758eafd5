internal import AEValue
public import AnyEventMP
public import Distributed

// Calls to actors of other nodes.

extension NodeActorSystem {
  /// An empty encoder for a call that is being made.
  public func makeInvocationEncoder() -> CallEncoder { CallEncoder() }

  /// Calls a method that returns a value; called by Swift's runtime.
  ///
  /// - Throws: The error of the method, if its type is known here (``recognize(_:as:)``); otherwise a
  ///   ``DistributedCallError``; `CancellationError` when the task is cancelled.
  public func remoteCall<Act, Err, Res>(
    on actor: Act, target: RemoteCallTarget, invocation: inout CallEncoder, throwing: Err.Type,
    returning: Res.Type
  ) async throws -> Res where Act: DistributedActor, Act.ID == PortID, Err: Error, Res: Codable {
    let reply = try await call(actor.id, target, invocation.arguments)
    do {
      return try reply[1].decode(Res.self, in: self)
    } catch {
      throw DistributedCallError.unreadableReply("\(error)")
    }
  }

  /// Calls a method that returns nothing; called by Swift's runtime.
  ///
  /// - Throws: The errors of ``remoteCall(on:target:invocation:throwing:returning:)``.
  public func remoteCallVoid<Act, Err>(
    on actor: Act, target: RemoteCallTarget, invocation: inout CallEncoder, throwing: Err.Type
  ) async throws where Act: DistributedActor, Act.ID == PortID, Err: Error {
    _ = try await call(actor.id, target, invocation.arguments)
  }

  /// The seconds that calls of the task may take, instead of the system's.
  @TaskLocal static var taskTimeout: Double?

  /// Calls `body`, in which each call to an actor of another node may take so many seconds.
  ///
  /// - Throws: The error of `body`; a call that takes longer throws ``DistributedCallError/timedOut(_:)``.
  public static func withTimeout<Result>(
    _ seconds: Double, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await $taskTimeout.withValue(
      seconds,
      operation: {
        // The parameter has the body called on the caller's actor.
        _ = isolation
        return try await body()
      }, isolation: isolation)
  }

  /// Sends a call and waits for the reply, of which the result is left to be decoded.
  private func call(
    _ actor: PortID, _ target: RemoteCallTarget, _ arguments: [Value]
  ) async throws -> Message {
    let identifier = target.identifier
    let method = AccessibleFunctions.shortNames[identifier] ?? identifier
    let message = [.string(method)] + arguments
    let timeout = Self.taskTimeout ?? timeout
    let reply: Message
    do {
      reply = try await waiting { residence, wait in
        residence.calledActors.note(actor)
        residence.node.beginCall(actor, message, timeout: timeout, isWatched: true, wait)
      }
    } catch let error as CallError {
      throw DistributedCallError(error)
    }
    if reply[0] == .string("ok") { return reply }
    throw error(in: reply)
  }
}

extension NodeActorSystem: DecodingContext {
  /// The information for decoders: the system, in which they look actors up.
  package var userInfo: [CodingUserInfoKey: Any] { [.actorSystemKey: self] }
}
