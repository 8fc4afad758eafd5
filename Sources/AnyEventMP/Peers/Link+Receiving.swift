import AEMPWire
import AnyEvent

extension Link {
  /// Takes packets off the front, as long as they are for the port of the last one and of the plain form.
  ///
  /// Returns how many bytes they have. Behind the bytes there are `PacketBytes.slack` more.
  func takeDirectly(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let start = bytes.baseAddress else { return 0 }
    let end = start + bytes.count
    var place = start
    var packets = 0
    // Read once, since each use of an unowned property counts references.
    let kernel = kernel
    switch facts.receiveFraming {
    case .cbor:
      while place < end, isOpen, let next = kernel.takeCBOR(place, end) {
        place = next
        packets &+= 1
      }
    case .json:
      while place < end, isOpen, let next = kernel.takeJSON(place, end) {
        place = next
        packets &+= 1
      }
    }
    // Text that a receiver still holds must not change with the buffer.
    if kernel.lender.hasLent { kernel.lender.takeBack() }
    packetsReceived &+= packets
    return place - start
  }
}

extension Kernel {
  /// Delivers the packet at a place, and returns its end; nil if it has to be read the general way.
  @inline(__always)
  fileprivate func takeCBOR(
    _ place: UnsafeRawPointer, _ end: UnsafeRawPointer
  ) -> UnsafeRawPointer? {
    guard isDirect, latest.isForCBOR else { return nil }
    // An array of name, tag and up to twenty-one arguments.
    let head = place.loadUnaligned(as: UInt8.self) &- 0x82
    guard head <= 0x97 - 0x82, let behindTag = latest.placeBehindTag(ofNameAt: place + 1)
    else { return nil }
    var reader = CBORArgumentReader(
      PacketBytes(behindTag, end: end, lender: .passUnretained(lender)), count: Int(head))
    return takeLatest(.cbor, &reader) ? reader.bytes.place : nil
  }

  /// Takes a packet in JSON without white space for the latest port.
  @inline(__always)
  fileprivate func takeJSON(
    _ place: UnsafeRawPointer, _ end: UnsafeRawPointer
  ) -> UnsafeRawPointer? {
    guard isDirect, latest.isForJSON, let behindTag = latest.placeBehindTag(ofNameAt: place)
    else { return nil }
    var reader = JSONArgumentReader(
      PacketBytes(behindTag, end: end, lender: .passUnretained(lender)))
    return takeLatest(.json, &reader) ? reader.bytes.place : nil
  }

  /// Calls the callback of the last packet's port with a reader of the arguments.
  @inline(__always)
  private func takeLatest<Reader>(_ form: MessageInput.Form, _ reader: inout Reader) -> Bool {
    guard let port = latest.reference else { return false }
    return port._withUnsafeGuaranteedRef { port in
      guard port.state == .alive, latest.isCurrent(for: port) else { return false }
      return withUnsafeMutablePointer(to: &reader) {
        callDirectly(port, MessageInput(form, 0, UnsafeMutableRawPointer($0)))
      }
    }
  }
}
