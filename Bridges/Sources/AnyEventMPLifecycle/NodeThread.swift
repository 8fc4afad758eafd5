import AnyEventMP
import Glibc

/// The thread of a service's node: makes the node, runs its loop, and tells the state.
struct NodeThread: Sendable {
  private let arguments: ConfigurationArguments
  private let prepare: @Sendable (Node) throws -> Void
  private let state: NodeServiceState

  init(
    _ arguments: ConfigurationArguments, _ prepare: @escaping @Sendable (Node) throws -> Void,
    _ state: NodeServiceState
  ) {
    self.arguments = arguments
    self.prepare = prepare
    self.state = state
  }

  /// Starts the thread.
  ///
  /// - Throws: ``NodeServiceError/noThread``.
  func start() throws {
    let box = Unmanaged.passRetained(Box(self))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { box in
        if let box { Unmanaged<Box>.fromOpaque(box).takeRetainedValue().thread.run() }
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      throw NodeServiceError.noThread
    }
    pthread_detach(thread)
  }

  private final class Box: Sendable {
    let thread: NodeThread

    init(_ thread: NodeThread) { self.thread = thread }
  }

  private func run() {
    let loop = Loop()
    let result = Result { try runNode(on: loop) }
    loop.close()
    state.finish(result)
  }

  /// Runs the node until it has left and the loop is stopped.
  private func runNode(on loop: Loop) throws {
    let node = Node(on: loop)
    defer { node.close() }
    try node.configure(arguments)
    try node.run { try prepare(node) }
    state.isReady(node.handle) { loop.post { loop.stop() } }
    // Waits for jobs even where the node has nothing to wait for; only stopping the loop ends it.
    _ = try? CondVar<Void>(on: loop).recv()
  }
}
