import AnyEvent

/// The port that a task works for: `SELF` in it, wherever no callback is running.
///
/// Carried by a task-local value, which tasks that are started in the task inherit. It holds the node by a reference
/// that the node clears, because a task may wait for ever.
final class PortTask: @unchecked Sendable {
  // Sendable: only the loop's thread looks into it.

  /// The port that the running task works for.
  @TaskLocal static var current: PortTask?

  private let reference: Reference<Kernel>
  let port: LocalPort
  /// The node, from its first use in a turn of the loop to the end of the turn.
  private var keeper: AnyObject?

  /// Lets the node go when the loop has come to the end of its turn, or is closed before that.
  private final class TurnEnd {
    private let task: PortTask

    init(of task: PortTask) { self.task = task }

    deinit {
      let held = task.keeper.take()
      withExtendedLifetime(held) {}
    }
  }

  init(_ kernel: Kernel, _ port: LocalPort) {
    reference = kernel.reference
    self.port = port
  }

  /// The port's kernel, if its node still lives; then the node stays until the end of the loop's turn, because what
  /// the task calls may drop the last reference to it.
  var kernel: Kernel? {
    guard let kernel = reference.object else { return nil }
    if keeper == nil {
      keeper = kernel.owner
      let end = TurnEnd(of: self)
      kernel.loop.postpone { withExtendedLifetime(end) {} }
    }
    return kernel
  }

  /// Whether it is a port of this kernel.
  func isOf(_ kernel: Kernel) -> Bool { port.owner == kernel.serial }
}

extension Kernel {
  /// The port whose callback is running, or else the one that the running task works for.
  ///
  /// A task is asked only where no callback is running, and only once this node has had one.
  var acting: LocalPort? {
    if let running { return running.takeUnretainedValue() }
    return hasTasks ? portOfTask : nil
  }

  /// Runs `body` as part of no port.
  func asNoPort(_ body: () -> Void) {
    let before = (running, hasTasks)
    (running, hasTasks) = (nil, false)
    defer { (running, hasTasks) = before }
    body()
  }

  @inline(never)
  private var portOfTask: LocalPort? {
    guard let task = PortTask.current, task.isOf(self) else { return nil }
    return task.port
  }
}
