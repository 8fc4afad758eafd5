internal import AnyEvent
internal import AnyEventMP
internal import CAEMP

extension NodeBox {
  /// Why a function of the loop's thread cannot be called now; nil if it can.
  @inline(__always)
  var refusal: aemp_error? {
    if isForked { return AEMP_EFORK }
    if !loop.isOnLoop { return AEMP_ETHREAD }
    if state != .open { return AEMP_ECLOSED }
    return nil
  }

  /// Runs `body` with node and loop as the current ones of this thread.
  @inline(__always)
  func entered<R>(_ body: () -> R) -> R {
    if node.isBound { return body() }
    let node = node.bind()
    let loop = loop.makeCurrent()
    defer {
      Loop.restore(loop)
      Node.rebind(node)
    }
    return body()
  }

  /// Calls a C callback, unless the node is closing or belongs to the parent of a fork.
  ///
  /// - Throws: ``PortDeath`` if the callback has called `aemp_die`: the port whose callback it is dies of it.
  @inline(__always)
  func calling(_ callback: () -> Void) throws {
    guard state == .open, !isForked else { return }
    callback()
    if let death {
      self.death = nil
      throw death
    }
  }

  /// Calls a C callback that runs for no port, where `aemp_die` has no effect.
  @inline(__always)
  func callingPlainly(_ callback: () -> Void) {
    guard state == .open, !isForked else { return }
    callback()
    death = nil
  }
}

/// The reason that C has given to `aemp_die`.
struct PortDeath: Error, CustomStringConvertible {
  let description: String
}

/// The beginning of every function that uses a node on its loop's thread.
@inline(__always)
func withNode(
  _ handle: OpaquePointer?, function: StaticString = #function, _ body: (NodeBox) -> CInt
) -> CInt {
  guard let handle else { return failNull("the node", function) }
  return NodeBox.at(handle)._withUnsafeGuaranteedRef { box in
    if let refusal = box.refusal { return refuse(refusal, function) }
    let status = box.entered { body(box) }
    box.wake()
    return status
  }
}
