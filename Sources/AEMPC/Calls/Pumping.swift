internal import AnyEvent
internal import AnyEventMP
internal import CAEMP
internal import CLibUV
internal import Synchronization

/// See `aemp.h`.
@c @implementation public func aemp_pump_new(
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ fd: UnsafeMutablePointer<CInt>?
) -> CInt {
  out?.pointee = nil
  fd?.pointee = -1
  guard let out else { return failNull("out") }
  guard let fd else { return failNull("fd") }
  // libuv aborts when it cannot make its pipe for signals, as it does with the first loop of a process.
  guard HostedNodes.isPrepared, FreeDescriptors.are(4) else {
    return refuse(AEMP_ENOMEM, "aemp_pump_new")
  }
  guard aempc_own_uv() == 0 else {
    return fail(
      AEMP_EUV, "aemp_pump_new: there is no libuv.so.1 here, or a host's own libuv is used already")
  }
  guard let pump = Pump() else { return refuse(AEMP_ENOMEM, "aemp_pump_new") }
  out.pointee = makeNode(on: pump.uv, pump)
  fd.pointee = uv_backend_fd(pump.uv)
  return 0
}

/// See `aemp.h`.
@c @implementation public func aemp_pump_step(
  _ node: OpaquePointer?, _ timeout: UnsafeMutablePointer<CInt>?
) -> CInt {
  timeout?.pointee = -1
  guard let node else { return failNull("the node") }
  guard let timeout else { return failNull("timeout_ms") }
  // It may end, and lose its last reference, in here.
  let box = NodeBox.at(node).takeUnretainedValue()
  if box.isForked { return refuse(AEMP_EFORK, "aemp_pump_step") }
  guard let pump = box.pump else {
    return failArgument("the node lives on a loop of the host's, made by aemp_attach")
  }
  if box.hasEnded.load(ordering: .acquiring) { return refuse(AEMP_ECLOSED, "aemp_pump_step") }
  guard box.loop.isOnLoop || box.loop.takesOwner else {
    return refuse(AEMP_ETHREAD, "aemp_pump_step")
  }
  guard !pump.isStepping else {
    return failArgument("it is running already, and calls this callback")
  }
  let before = box.loop.visits
  pump.run()
  if box.hasEnded.load(ordering: .acquiring) {
    // The descriptor is closed: a host that waited for it would do so for ever.
    timeout.pointee = 0
    return 0
  }
  // A callback may have begun to watch something, of which the next step tells the system.
  timeout.pointee = box.loop.visits == before ? uv_backend_timeout(pump.uv) : 0
  return 0
}
