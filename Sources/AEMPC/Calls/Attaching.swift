internal import AnyEvent
internal import AnyEventMP
public import CAEMP
internal import CLibUV
internal import Synchronization

/// A node on this loop, with its first reference.
func makeNode(on uv: UnsafeMutablePointer<uv_loop_t>, _ pump: Pump?) -> OpaquePointer {
  let loop = Loop(attachingTo: uv)
  let box = NodeBox(loop: loop, pump: pump)
  loop.letHostChooseThread()
  loop.stayWithParent()
  return box.ownedHandle
}

/// See `aemp.h`.
@c @implementation public func aemp_attach_uv(
  _ uv: UnsafeMutableRawPointer?, _ functions: UnsafeRawPointer?, _ count: Int,
  _ version: UInt32, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  guard let out else { return failNull("out") }
  guard let uv else { return failNull("the loop") }
  guard let functions else { return failNull("the table of functions") }
  guard count >= 0 else { return failSize(count) }
  guard HostedNodes.isPrepared else { return refuse(AEMP_ENOMEM, "aemp_attach") }
  guard aempc_same_uv(functions, count, version) == 0 else {
    return refuse(AEMP_EUV, "aemp_attach")
  }
  out.pointee = makeNode(on: uv.assumingMemoryBound(to: uv_loop_t.self), nil)
  return 0
}

/// See `aemp.h`.
@c @implementation public func aemp_node_adopt(_ node: OpaquePointer?) -> CInt {
  guard let node else { return failNull("the node") }
  let box = NodeBox.at(node).takeUnretainedValue()
  if box.isForked { return refuse(AEMP_EFORK, "aemp_node_adopt") }
  if box.hasEnded.load(ordering: .acquiring) { return refuse(AEMP_ECLOSED, "aemp_node_adopt") }
  box.loop.adopt()
  return 0
}

/// See `aemp.h`.
@c @implementation public func aemp_node_ref(_ node: OpaquePointer?) -> CInt {
  withNode(node) { box in
    box.setKeepAlive(true)
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_node_unref(_ node: OpaquePointer?) -> CInt {
  withNode(node) { box in
    box.setKeepAlive(false)
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_node_id(_ node: OpaquePointer?) -> UnsafePointer<CChar>? {
  guard let node else {
    _ = failNull("the node")
    return nil
  }
  return NodeBox.at(node)._withUnsafeGuaranteedRef { $0.texts.last }
}

/// See `aemp.h`.
@c @implementation public func aemp_node_close(
  _ node: OpaquePointer?, _ flush: UInt32, _ done: aemp_node_cb?, _ ud: UnsafeMutableRawPointer?
) -> CInt {
  guard let node else { return failNull("the node") }
  let box = NodeBox.at(node).takeUnretainedValue()
  if let refusal = box.refusal, refusal != AEMP_ECLOSED || box.state == .closed {
    return refuse(refusal, "aemp_node_close")
  }
  // The pump has to wake before the loop closes its mailbox.
  box.wake()
  box.close(flushing: flush, done, ud)
  return 0
}

/// See `aemp.h`.
@c @implementation public func aemp_node_is_closed(_ node: OpaquePointer?) -> CInt {
  guard let node else { return 1 }
  return NodeBox.at(node)._withUnsafeGuaranteedRef {
    $0.hasEnded.load(ordering: .acquiring) ? 1 : 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_node_retain(_ node: OpaquePointer?) -> OpaquePointer? {
  guard let node else { return nil }
  NodeBox.at(node)._withUnsafeGuaranteedRef { $0.retain() }
  return node
}

/// See `aemp.h`.
@c @implementation public func aemp_node_release(_ node: OpaquePointer?) {
  guard let node else { return }
  NodeBox.at(node).takeUnretainedValue().release()
}
