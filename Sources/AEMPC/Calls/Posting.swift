internal import AnyEvent
internal import AnyEventMP
public import CAEMP
internal import Synchronization

/// See `aemp.h`.
@c @implementation public func aemp_post(
  _ node: OpaquePointer?, _ cb: aemp_node_cb?, _ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?
) -> CInt {
  let data = UserData(ud, free, node)
  return withPosting(node, cb == nil ? "the callback" : nil) { box in
    box.loop.post {
      guard let cb else { return }
      box.entered { box.callingPlainly { cb(box.handle, data.ud) } }
    }
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_post_snd(
  _ node: OpaquePointer?, _ port: OpaquePointer?, _ arguments: UnsafePointer<aemp_arg>?,
  _ count: Int
) -> CInt {
  withValues(arguments, count) { values in
    guard let port else { return failNull("the port") }
    let id = PortBox.at(port).takeUnretainedValue().id
    let message = Array(values)
    return withPosting(node, nil, function: "aemp_post_snd") { box in
      box.loop.post {
        guard box.state == .open else { return }
        box.entered { message.withUnsafeBufferPointer { box.node.sendLater($0, to: id) } }
      }
    }
  }
}

/// The beginning of a function that any thread may call; `body` says whether the loop takes its job.
private func withPosting(
  _ node: OpaquePointer?, _ missing: StaticString?, function: StaticString = #function,
  _ body: (NodeBox) -> Bool
) -> CInt {
  guard let node else { return failNull("the node", function) }
  if let missing { return failNull(missing, function) }
  let box = NodeBox.at(node).takeUnretainedValue()
  if box.isForked { return refuse(AEMP_EFORK, function) }
  guard !box.isClosing.load(ordering: .acquiring), body(box) else {
    return refuse(AEMP_ECLOSED, function)
  }
  return 0
}
