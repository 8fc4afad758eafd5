public import AnyEventMP
public import ServiceLifecycle

/// A node as a service of swift-service-lifecycle.
///
///     let node = NodeService(ConfigurationArguments(nodeid: "shop/%u")) { node in
///       node.register("Shop::order") { (order: Value) in … }
///     }
///     try await ServiceGroup(services: [database, node, web], gracefulShutdownSignals: [.sigterm], logger: logger)
///       .run()
///
/// The node gets a thread with a loop of its own, and is ready when it listens and `prepare` has
/// returned: ``handle`` waits for that. On graceful shutdown it leaves the network in order: what was
/// sent arrives, then the connections end, then ``run()`` returns. When its task is cancelled it
/// closes its connections at once. The group shuts services down from the last to the first, so what
/// uses the node stands behind it, and what the node uses before it.
public final class NodeService: Service {
  private let state = NodeServiceState()
  private let leaveTime: Double
  private let start: @Sendable (NodeServiceState) throws -> Void

  /// A service that makes a node, on a thread of its own.
  ///
  /// - Parameters:
  ///   - arguments: the configuration. What is wrong with it is thrown by ``run()``.
  ///   - seconds: the time (s) that leaving may take, as for `Node.leave(within:)`.
  ///   - prepare: called on the node's thread with the configured node as the current one, before it
  ///     reads anything of other nodes: makes ports, registers functions. An error ends the service.
  public init(
    _ arguments: ConfigurationArguments, leavingWithin seconds: Double = 5,
    prepare: @escaping @Sendable (Node) throws -> Void = { _ in }
  ) {
    leaveTime = seconds
    start = { state in
      try NodeThread(arguments, prepare, state).start()
    }
  }

  /// A service that ends a node which exists: it leaves on graceful shutdown.
  ///
  /// Its loop runs elsewhere, such as on the main thread by `AE.run`, and runs on afterwards.
  public init(_ handle: NodeHandle, leavingWithin seconds: Double = 5) {
    leaveTime = seconds
    start = { state in
      state.isReady(handle) { state.finish(.success(())) }
    }
  }

  /// The node, when it is ready.
  ///
  /// Throws what has kept it from becoming ready, and a `CancellationError` when the waiting task is
  /// cancelled. It waits for ``run()`` to be called, too.
  public var handle: NodeHandle {
    get async throws { try await state.handle }
  }

  /// Runs the node until the service is shut down.
  ///
  /// The service group calls it; it can be called once.
  ///
  /// - Throws: What is wrong with the configuration, what `prepare` has thrown, or a
  ///   ``NodeServiceError``.
  public func run() async throws {
    guard state.begin(leaveTime: leaveTime) else { throw NodeServiceError.secondRun }
    let result = await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await state.end {
          do { try start(state) } catch { state.finish(.failure(error)) }
        }
      } onGracefulShutdown: { [state] in
        state.shutDown(.leave)
      }
    } onCancel: {
      state.shutDown(.close)
    }
    try result.get()
  }
}

/// Why a ``NodeService`` cannot run, or has no node.
public struct NodeServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence without a full stop.
  public let description: String

  /// `run()` was called twice.
  public static let secondRun = NodeServiceError(
    description: "a NodeService runs only once: make another one")
  /// The service was shut down before its node was ready.
  public static let endedEarly = NodeServiceError(
    description: "the service was shut down before its node was ready")
  /// The system starts no more threads.
  public static let noThread = NodeServiceError(
    description: "cannot start a thread for the node: this process has too many")
}
