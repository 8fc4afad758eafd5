internal import AnyEventMP
public import CAEMP

/// The object behind an `aemp_watch`: ends a monitor, even one that the loop has not begun yet.
final class WatchBox: CHandle, @unchecked Sendable {
  private enum State {
    case waiting
    case begun(Subscription)
    case cancelled
  }

  let box: NodeBox
  private var state = State.waiting

  init(_ box: NodeBox) { self.box = box }

  /// Begins it, unless it was cancelled meanwhile.
  func begin(_ make: () -> Subscription?) {
    guard case .waiting = state, let subscription = make() else { return }
    state = .begun(subscription)
  }

  func cancel() {
    if case .begun(let subscription) = state { subscription.cancel() }
    state = .cancelled
  }

  /// Gives C a reference, if it wants one.
  func give(to out: UnsafeMutablePointer<OpaquePointer?>?) {
    out?.pointee = ownedHandle
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_watch_cancel(_ watch: OpaquePointer?) -> CInt {
  guard let watch else { return failNull("the watch") }
  let it = WatchBox.at(watch).takeUnretainedValue()
  return withNode(it.box.handle) { _ in
    it.cancel()
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_watch_retain(_ watch: OpaquePointer?) -> OpaquePointer? {
  WatchBox.retained(watch)
}

/// See `aemp.h`.
@c @implementation public func aemp_watch_release(_ watch: OpaquePointer?) {
  WatchBox.release(watch)
}

/// See `aemp.h`.
@c @implementation public func aemp_mon(
  _ node: OpaquePointer?, _ port: OpaquePointer?, _ cb: aemp_reason_cb?,
  _ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  let data = UserData(ud, free, node)
  return withPort(node, port) { box, id in
    guard let cb else { return failNull("the callback", "aemp_mon") }
    let watch = WatchBox(box)
    watch.begin {
      box.node.monitor(id) { [unowned(unsafe) box] reason in
        try box.calling { withView(reason.values) { cb(box.handle, $0, data.ud) } }
      }
    }
    watch.give(to: out)
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_mon_kil(
  _ node: OpaquePointer?, _ port: OpaquePointer?, _ other: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  return withPort(node, port) { box, id in
    guard let other else { return failNull("the other port", "aemp_mon_kil") }
    let watch = WatchBox(box)
    let otherID = PortBox.at(other).takeUnretainedValue().id
    watch.begin { box.node.monitor(id, killing: otherID) }
    watch.give(to: out)
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_mon_snd(
  _ node: OpaquePointer?, _ port: OpaquePointer?, _ other: OpaquePointer?,
  _ arguments: UnsafePointer<aemp_arg>?, _ count: Int, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  return withPort(node, port) { box, id in
    guard let other else { return failNull("the other port", "aemp_mon_snd") }
    return withValues(arguments, count, function: "aemp_mon_snd") { values in
      let watch = WatchBox(box)
      let otherID = PortBox.at(other).takeUnretainedValue().id
      watch.begin { box.node.monitor(id, sending: Message(Array(values)), to: otherID) }
      watch.give(to: out)
      return 0
    }
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_mon_nodes(
  _ node: OpaquePointer?, _ cb: aemp_node_event_cb?, _ ud: UnsafeMutableRawPointer?,
  _ free: aemp_free_cb?, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  let data = UserData(ud, free, node)
  return withNode(node) { box in
    guard let cb else { return failNull("the callback", "aemp_mon_nodes") }
    let watch = WatchBox(box)
    watch.begin {
      box.node.watchNodes { [unowned(unsafe) box] id, isUp, reason in
        try box.calling {
          withView(reason.values) { cb(box.handle, id, isUp ? 1 : 0, $0, data.ud) }
        }
      }
    }
    watch.give(to: out)
    return 0
  }
}
