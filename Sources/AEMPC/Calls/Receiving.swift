internal import AnyEventMP
public import CAEMP

/// See `aemp.h`.
@c @implementation public func aemp_port_new(
  _ node: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  return withNode(node) { box in
    guard let out else { return failNull("out", "aemp_port_new") }
    out.pointee = PortBox(box.node.port(), of: box).ownedHandle
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_port_is_local(
  _ node: OpaquePointer?, _ port: OpaquePointer?
) -> CInt {
  withPort(node, port) { box, id in box.node.isLocal(id) ? 1 : 0 }
}

/// See `aemp.h`.
@c @implementation public func aemp_rcv(
  _ node: OpaquePointer?, _ port: OpaquePointer?, _ tag: UnsafePointer<CChar>?, _ cb: aemp_msg_cb?,
  _ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?
) -> CInt {
  let data = UserData(ud, free, node)
  return withPort(node, port) { box, id in
    guard box.node.isLocal(id) else { return refuse(AEMP_ENOTOURS, "aemp_rcv") }
    guard box.node.isAlive(id) else { return refuse(AEMP_ENOPORT, "aemp_rcv") }
    let callback = cb.map { cb in
      let receiver = MessageReceiver(
        cb, data, box, PortBox(id, of: box), skipping: tag == nil ? 0 : 1)
      return { (values: UnsafeBufferPointer<Value>) throws -> Void in try receiver.call(values) }
    }
    box.node.setReceiver(of: id, tag: tag.map { String(cString: $0) }, callback)
    return 0
  }
}

/// A function of C's that gets the messages of a port.
///
/// The callback's arguments are worked out in advance, so that a message counts no references.
private final class MessageReceiver {
  private let cb: aemp_msg_cb
  private let ud: UnsafeMutableRawPointer?
  private let port: OpaquePointer
  private let skipped: Int
  /// The node of C, which outlives the node's callbacks.
  private let box: Unmanaged<NodeBox>
  private let kept: (UserData, PortBox)

  init(
    _ cb: @escaping aemp_msg_cb, _ data: UserData, _ box: NodeBox, _ port: PortBox, skipping: Int
  ) {
    self.cb = cb
    ud = data.ud
    self.port = port.handle
    skipped = skipping
    self.box = .passUnretained(box)
    kept = (data, port)
  }

  @inline(__always)
  func call(_ values: UnsafeBufferPointer<Value>) throws {
    try box._withUnsafeGuaranteedRef { box in
      try box.calling { withView(values, dropping: skipped) { cb(box.handle, port, $0, ud) } }
    }
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_sub(
  _ node: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ cb: aemp_msg_cb?,
  _ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?
) -> CInt {
  let data = UserData(ud, free, node)
  return withNode(node) { box in
    guard let name else { return failNull("the name", "aemp_sub") }
    guard name.pointee != 0 else { return failArgument("the name is empty", "aemp_sub") }
    guard let cb else {
      box.node.removeFunction(String(cString: name))
      return 0
    }
    box.node.setFunction(String(cString: name)) { [unowned(unsafe) box] values in
      try box.calling {
        let own = PortBox(box.node.runningPort, of: box)
        withExtendedLifetime(own) {
          withView(values, dropping: 1) { cb(box.handle, own.handle, $0, data.ud) }
        }
      }
    }
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_spawn(
  _ node: OpaquePointer?, _ target: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ arguments: UnsafePointer<aemp_arg>?, _ count: Int, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  return withNode(node) { box in
    guard let target else { return failNull("the node id", "aemp_spawn") }
    guard let name else { return failNull("the function", "aemp_spawn") }
    return withValues(arguments, count, function: "aemp_spawn") {
      let port = box.node.spawn(
        String(cString: name), arguments: Message(Array($0)), on: String(cString: target))
      out?.pointee = PortBox(port, of: box).ownedHandle
      return 0
    }
  }
}
