internal import AEValue

// The usual deaths in a run: a port that one other node monitors dies of the reason that is kept, and a port of
// another node, which this one monitors, has died of it. Unusual deaths are left to Kernel+Deaths.swift.

extension Kernel {
  /// Has a port of this node join the run of kills that the loop is scheduled for; false if it has to be killed the
  /// general way.
  @inline(__always)
  func killQuickly(_ ref: PortRef, _ reason: UnsafeBufferPointer<Value>) -> Bool {
    // A node is the current one of its loop's thread only.
    guard isBound, ref.owner == serial, ref.kind == .local else { return false }
    let port = ref.asLocal
    guard port.state == .alive, reasons.hasKeptBits(reason),
      deferred.append(killOf: port, ofReasonAt: reasons.address)
    else { return false }
    port.state = .dying
    return true
  }

  /// Ends a port of a run of kills, and tells the node that monitors it; false if it has to be done the general way.
  ///
  /// The packet is written where the connection's next bytes are, and only references that go are counted.
  @inline(__always)
  func finishQuickly(_ port: Unmanaged<LocalPort>, _ reason: [Value]) -> Bool {
    guard isDirect, depth == 0, !latest.isFor(port), let rest = reasons.encoding(of: reason) else {
      return false
    }
    return port._withUnsafeGuaranteedRef { object in
      guard object.state == .dying, !object.ignoresUnhandled, let entry = object.soleWatcher else {
        return false
      }
      return entry._withUnsafeGuaranteedRef { entry in
        guard !entry.outputIsJSON, let output = entry.output else { return false }
        var hash: UInt64 = 0
        let isTold = object.withName { name in
          hash = NameHash.hash(name, ports.seed)
          return output._withUnsafeGuaranteedRef { output in
            guard var packet = output.placeInWindow(for: PacketPlace.sizeOfRequest(name, rest))
            else { return false }
            guard packet.putRequest(.kil0, about: name, encoded: rest, count: reason.count) else {
              return false
            }
            output.take(packet)
            return true
          }
        }
        guard isTold else { return false }
        entry.watching.remove(object)
        let isInTable = ports.takeOfMany(port, hash: hash)
        // The last reference may be among those that go here, and what they lead to may run code of the program.
        _ = object.die()
        if isInTable { port.release() }
        return true
      }
    }
  }

  /// Fires the monitors of a port that the packet at a place says to have died of these values.
  ///
  /// Returns the end of the packet, or nil if it has to be read the general way. The values are those that are kept, or
  /// none.
  @inline(__always)
  func takeDeath(
    _ place: UnsafeRawPointer, _ end: UnsafeRawPointer, on entry: NodeEntry, _ reason: Message,
    _ count: Int
  ) -> UnsafeRawPointer? {
    guard var packet = RequestStart(.kil0, at: place, end: end), packet.count == count,
      count == 0 || packet.skip(reasons.encoding),
      let port = entry.monitors.takeOfMany(packet.name)
    else { return nil }
    firing.begin()
    port.takeAll { callback in
      if firing.isTakenBack(callback.serial) { return }
      peval(callback.watcher) { try callback.call(reason) }
    }
    firing.end()
    return packet.end
  }
}
