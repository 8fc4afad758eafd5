internal import AnyEventMP
public import CAEMP

/// The node's port, checked.
@inline(__always)
func withPort(
  _ node: OpaquePointer?, _ port: OpaquePointer?, function: StaticString = #function,
  _ body: (NodeBox, PortID) -> CInt
) -> CInt {
  withNode(node, function: function) { box in
    guard let port else { return failNull("the port", function) }
    return PortBox.at(port)._withUnsafeGuaranteedRef { body(box, $0.id) }
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_snd(
  _ node: OpaquePointer?, _ port: OpaquePointer?, _ arguments: UnsafePointer<aemp_arg>?,
  _ count: Int
) -> CInt {
  // A hot path: it does only what a message needs and counts no references, so the rare cases start again from the
  // handles.
  guard let node else { return failNull("the node") }
  guard let port else { return failNull("the port") }
  let (refusal, sender) = NodeBox.at(node)._withUnsafeGuaranteedRef { ($0.refusal, $0.shortSender) }
  if let refusal { return refuse(refusal, "aemp_snd") }
  let target = PortBox.at(port)._withUnsafeGuaranteedRef { $0.borrowed }
  let status = withOwnValues(arguments, count, function: "aemp_snd") { message in
    if !sender.send(moving: message, to: target) { send(message, from: node, to: port) }
    return 0
  }
  NodeBox.at(node)._withUnsafeGuaranteedRef { $0.wake() }
  return status
}

/// Sends to any port, and destroys the values.
@inline(never)
private func send(
  _ message: UnsafeMutableBufferPointer<Value>, from node: OpaquePointer, to port: OpaquePointer
) {
  let box = NodeBox.at(node).takeUnretainedValue()
  let id = PortBox.at(port).takeUnretainedValue().id
  box.entered { box.node.sendLater(UnsafeBufferPointer(message), to: id) }
  message.deinitialize()
}

/// See `aemp.h`.
@c @implementation public func aemp_snd_to_func(
  _ node: OpaquePointer?, _ target: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ arguments: UnsafePointer<aemp_arg>?, _ count: Int
) -> CInt {
  withNode(node) { box in
    guard let target else { return failNull("the node id", "aemp_snd_to_func") }
    guard let name else { return failNull("the function", "aemp_snd_to_func") }
    return withValues(arguments, count, function: "aemp_snd_to_func") {
      box.node.callFunction(
        String(cString: name), arguments: Message(Array($0)), on: String(cString: target))
      return 0
    }
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_kil(
  _ node: OpaquePointer?, _ port: OpaquePointer?, _ reason: UnsafePointer<aemp_arg>?, _ count: Int
) -> CInt {
  withPort(node, port) { box, id in
    guard !id.name.isEmpty else {
      return failArgument("\(id) is a node, and only ports can be killed", "aemp_kil")
    }
    return withValues(reason, count, function: "aemp_kil") {
      box.node.kill(id, reason: Message(Array($0)))
      return 0
    }
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_die(
  _ node: OpaquePointer?, _ text: UnsafePointer<CChar>?
) -> CInt {
  withNode(node) { box in
    guard let text else { return failNull("the text", "aemp_die") }
    guard box.node.isRunningPort else {
      return failArgument("no port's callback is running", "aemp_die")
    }
    box.death = PortDeath(description: String(cString: text))
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_cal(
  _ node: OpaquePointer?, _ port: OpaquePointer?, _ timeout: Double,
  _ arguments: UnsafePointer<aemp_arg>?, _ count: Int, _ cb: aemp_reason_cb?,
  _ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?
) -> CInt {
  let data = UserData(ud, free, node)
  return withPort(node, port) { box, id in
    guard let cb else { return failNull("the callback", "aemp_cal") }
    guard !timeout.isNaN else { return failArgument("the time-out is not a number", "aemp_cal") }
    return withValues(arguments, count, function: "aemp_cal") {
      let message = Array($0)
      box.node.later { [unowned(unsafe) box] in
        box.node.call(id, message: Message(message), timeout: timeout < 0 ? nil : timeout) {
          reply in
          try box.calling { withView(reply.values) { cb(box.handle, $0, data.ud) } }
        }
      }
      return 0
    }
  }
}
