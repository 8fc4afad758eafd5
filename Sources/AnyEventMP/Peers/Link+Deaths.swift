internal import AEValue

extension Link {
  /// Takes deaths off the front, as long as they are of the reason of the last one; returns how many bytes they have.
  ///
  /// Behind the bytes there are `PacketBytes.slack` more.
  @inline(__always)
  func takeDeaths(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let start = bytes.baseAddress, RequestStart.mayBegin(start), kernel.isDirect,
      facts.receiveFraming == .cbor
    else { return 0 }
    return takeDeaths(start, start + bytes.count)
  }

  private func takeDeaths(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) -> Int {
    let (kernel, peer) = (kernel, peer)
    let address = kernel.reasons.address
    // All of these packets have no reason, or all have the kept one.
    let count = RequestStart.isWithoutRest(start) ? 0 : kernel.reasons.count
    let reason = Message(count == 0 ? [] : kernel.reasons.kept)
    var place = start
    var packets = 0
    // A callback may have brought another reason.
    while place < end, isOpen, kernel.reasons.address == address,
      let next = kernel.takeDeath(place, end, on: peer, reason, count)
    {
      place = next
      packets &+= 1
    }
    packetsReceived &+= packets
    return place - start
  }
}
