import AnyEvent

/// Requests of other nodes that concern this node as a whole: to read its configuration again, and to leave.
///
/// Neither is done for other nodes when the configuration says secure.
final class NodeControl {
  private let kernel: Kernel
  private let peers: Peers
  private let reload: () throws -> ConfigurationChanges
  /// Returns the program's callback for a request to leave; nil when it has set none.
  private let leave: () -> (() -> Void)?
  /// The answer to all requests in one turn of the loop, so that many of them cost no more than one.
  private var answer: Value?
  private var isLeaving = false

  init(
    _ kernel: Kernel, _ peers: Peers,
    reload: @escaping () throws -> ConfigurationChanges,
    leave: @escaping () -> (() -> Void)?
  ) {
    self.kernel = kernel
    self.peers = peers
    self.reload = reload
    self.leave = leave
  }

  /// Whether others may have the configuration read again.
  var allowsReload: Bool { !peers.isSecure }

  /// Whether others may have the node leave.
  var allowsLeave: Bool { !peers.isSecure && leave() != nil }

  /// Reads the configuration again; the answer is a hash that says what has changed, or a sentence that
  /// says why nothing has.
  func reload(for sender: NodeEntry) throws -> Value {
    guard allowsReload || sender === kernel.home else {
      throw RequestError("nothing is read again for other nodes: the configuration says secure")
    }
    if let answer { return answer }
    let answer: Value
    do {
      answer = try reload().messageValue
    } catch {
      answer = .string("\(error)")
    }
    self.answer = answer
    kernel.loop.postpone { [weak self] in self?.answer = nil }
    return answer
  }

  /// Has the program leave, behind the answer, which is true.
  func leave(for sender: NodeEntry) throws -> Value {
    guard !peers.isSecure || sender === kernel.home else {
      throw RequestError("this node does not leave for other nodes: the configuration says secure")
    }
    guard let leave = leave() else {
      throw RequestError("the program does not let others have its node leave")
    }
    if !isLeaving {
      isLeaving = true
      kernel.loop.postpone { [weak self, reference = kernel.reference] in
        self?.isLeaving = false
        reference.object?.run(leave)
      }
    }
    return .bool(true)
  }
}
