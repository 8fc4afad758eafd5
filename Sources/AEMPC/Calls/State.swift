internal import AnyEventMP
public import CAEMP

/// See `aemp.h`.
@c @implementation public func aemp_node_is_up(
  _ node: OpaquePointer?, _ id: UnsafePointer<CChar>?
) -> CInt {
  withNode(node) { box in
    guard let id else { return failNull("the node id", "aemp_node_is_up") }
    return box.node.isUp(String(cString: id)) == true ? 1 : 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_status(
  _ node: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  return withNode(node) { box in
    guard let out else { return failNull("out", "aemp_status") }
    out.pointee = ValueBox(box.node.status.messageValue).ownedHandle
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_queued_bytes(
  _ node: OpaquePointer?, _ id: UnsafePointer<CChar>?
) -> Int64 {
  var bytes: Int64 = 0
  let status = withNode(node) { box in
    guard let id else { return failNull("the node id", "aemp_queued_bytes") }
    bytes = Int64(box.node.queuedBytes(for: String(cString: id)))
    return 0
  }
  return status == 0 ? bytes : Int64(status)
}

/// See `aemp.h`.
@c @implementation public func aemp_when_drained(
  _ node: OpaquePointer?, _ id: UnsafePointer<CChar>?, _ cb: aemp_node_cb?,
  _ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?
) -> CInt {
  let data = UserData(ud, free, node)
  return withNode(node) { box in
    guard let id else { return failNull("the node id", "aemp_when_drained") }
    guard let cb else { return failNull("the callback", "aemp_when_drained") }
    box.node.whenDrained(String(cString: id)) { [unowned(unsafe) box] in
      box.callingPlainly { cb(box.handle, data.ud) }
    }
    return 0
  }
}
