internal import AEValue
import AnyEvent
import Glibc

/// The slot of each thread that holds its current node.
private let currentNodeKey: pthread_key_t = {
  var key = pthread_key_t()
  let status = pthread_key_create(&key, nil)
  require(status == 0, "no thread-local storage is left for the current node")
  return key
}()

/// The process's node: that of the main thread when no other is bound.
private nonisolated(unsafe) var defaultNode: Node?

extension Node {
  /// The node that the Perl-named functions use on this thread.
  ///
  /// It is the one whose callback is running or that ``run(_:)`` binds; only the main thread falls
  /// back to the process's node, which lives on ``Loop/default``.
  public static var current: Node { unmanagedCurrent.takeUnretainedValue() }

  /// The same without counting a reference: who binds a node to a thread keeps it.
  @inline(__always)
  static var unmanagedCurrent: Unmanaged<Node> {
    if let bound = pthread_getspecific(currentNodeKey) { return .fromOpaque(bound) }
    return .passUnretained(bindDefault())
  }

  /// The node that is bound to this thread, if one is; nothing is made.
  package static var bound: Node? {
    pthread_getspecific(currentNodeKey).map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
  }

  /// Whether this node is bound to this thread.
  package var isBound: Bool {
    pthread_getspecific(currentNodeKey) == Unmanaged.passUnretained(self).toOpaque()
  }

  /// Binds the node as ``run(_:)`` does, but until ``rebind(_:)`` gets the result, without a closure.
  package func bind() -> UnsafeMutableRawPointer? {
    let before = pthread_getspecific(currentNodeKey)
    pthread_setspecific(currentNodeKey, Unmanaged.passUnretained(self).toOpaque())
    return before
  }

  /// Binds what was bound before.
  package static func rebind(_ before: UnsafeMutableRawPointer?) {
    pthread_setspecific(currentNodeKey, before)
  }

  private static func bindDefault() -> Node {
    guard Loop.isMainThread else {
      misuse(
        "no node is bound to this thread: call the function inside node.run { } or node.post { }")
    }
    let node = defaultNode ?? Node(on: Loop.default)
    defaultNode = node
    pthread_setspecific(currentNodeKey, Unmanaged.passUnretained(node).toOpaque())
    return node
  }

  /// Runs `body` with this node as the current one of the thread.
  ///
  /// The loop's thread only.
  @discardableResult
  public func run<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let before = pthread_getspecific(currentNodeKey)
    let own = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    if before.map({ UnsafeRawPointer($0) }) == own { return try body() }
    loop.preconditionOnLoop()
    pthread_setspecific(currentNodeKey, own)
    defer { pthread_setspecific(currentNodeKey, before) }
    return try body()
  }
}
