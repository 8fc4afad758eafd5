import AEMPWire
import AnyEvent

extension Link {
  /// Sends a message to a port of the other node.
  @inline(__always)
  func send(to name: String, _ message: UnsafeBufferPointer<Value>) {
    guard isOpen else { return }
    if kernel.isTracing { MessageTrace.sent(message, to: name, of: peer.id) }
    // The stream retains the buffer during the call.
    let output = Unmanaged.passUnretained(stream.output)
    let failure: CodecError? = output._withUnsafeGuaranteedRef { output in
      do throws(CodecError) { try encode(message, to: name, into: output) } catch { return error }
      output.countPackets()
      return nil
    }
    if let failure { return kernel.refuseToSend(failure, to: name, of: peer.id) }
    stream.outputGrew()
    if output._withUnsafeGuaranteedRef({ $0.count }) > outputLevel { checkQueue() }
    if kernel.isDirect { openWindow() }
  }

  /// Lets the messages that follow be written into the output, as long as nothing else has to be done for them.
  private func openWindow() {
    let limits = limits.codec
    // A packet that is written directly has few values and no depth.
    guard isOpen, limits.maximumValues >= DirectMessages.mostValues else { return }
    let quietCount = min(stream.quietCount, outputLevel, limits.maximumSize)
    stream.output.openWindow(upTo: quietCount)
    if quietCount > 0 { peer.setOutput(stream.output, isJSON: framing == .json) }
  }

  @inline(__always)
  private func encode(
    _ message: UnsafeBufferPointer<Value>, to name: String, into output: ByteBuffer
  ) throws(CodecError) {
    switch framing {
    case .cbor:
      try CBOREncoding.appendPacket(name: name, message, to: output, limits: limits.codec)
    case .json:
      try JSONEncoding.appendPacket(name: name, message, to: output, limits: limits.codec)
    }
  }

  /// Sends an empty packet, which only shows that this node lives.
  func sendKeepAlive() {
    guard isOpen else { return }
    switch framing {
    case .cbor: stream.output.append(0x80)
    case .json: stream.output.append("[]")
    }
    stream.outputGrew()
  }

  /// Encodes a request to the node port without sending it.
  ///
  /// - Throws: the reason why it cannot be sent.
  func check(_ request: [Value]) throws(CodecError) {
    try request.withUnsafeBufferPointer { request throws(CodecError) in
      try encode(request, to: "", into: ByteBuffer())
    }
  }

  /// Sends the packets that waited for the connection, without decoding them where the framing allows it.
  func send(_ waiting: WaitingPackets) {
    guard framing == .cbor, !kernel.isTracing else {
      return waiting.drain { name, message in send(to: name, message) }
    }
    guard isOpen else { return }
    stream.output.append(contentsOf: waiting.bytes)
    stream.output.countPackets(waiting.packets)
    stream.outputGrew()
    checkQueue()
  }

  /// Sends a request about a port of either node.
  func send(_ request: PortRequest, about port: String, _ rest: UnsafeBufferPointer<Value>) {
    guard framing == .cbor, !kernel.isTracing else {
      let message = [.string(request.name), .string(port)] + rest
      return message.withUnsafeBufferPointer { send(to: "", $0) }
    }
    guard isOpen else { return }
    do {
      try CBOREncoding.appendRequest(
        request, about: port, rest, to: stream.output, limits: limits.codec)
    } catch {
      return kernel.refuseToSend(error, to: "", of: peer.id)
    }
    stream.output.countPackets()
    stream.outputGrew()
    if stream.output.count > outputLevel { checkQueue() }
  }

  /// Sends the death of a port of this node; `encoded` is the reason in CBOR, if it is known.
  @inline(__always)
  func tellDeath(of port: String, _ reason: [Value], encoded: UnsafeRawBufferPointer?) {
    if let encoded, send(.kil0, about: port, encoded: encoded, count: reason.count) { return }
    sendable(reason, about: port).withUnsafeBufferPointer { send(.kil0, about: port, $0) }
  }

  /// Replaces a reason that cannot be sent, so that the other node learns of the death anyway.
  private func sendable(_ reason: [Value], about port: String) -> [Value] {
    do {
      try check([.string(PortRequest.kil0.name), .string(port)] + reason)
      return reason
    } catch {
      return [.string("die"), .string("the reason could not be sent: \(error)")]
    }
  }

  /// Sends a request with a rest in CBOR; false if this link needs the values instead.
  @inline(never)
  private func send(
    _ request: PortRequest, about port: String, encoded rest: UnsafeRawBufferPointer, count: Int
  ) -> Bool {
    guard framing == .cbor, isOpen, !kernel.isTracing, rest.count + 1024 < limits.codec.maximumSize
    else { return false }
    // The stream retains the buffer during the call.
    let output = Unmanaged.passUnretained(stream.output)
    let isDone = output._withUnsafeGuaranteedRef {
      CBOREncoding.appendRequest(request, about: port, encoded: rest, count: count, to: $0)
    }
    guard isDone else { return false }
    output._withUnsafeGuaranteedRef { $0.countPackets() }
    stream.outputGrew()
    if output._withUnsafeGuaranteedRef({ $0.count }) > outputLevel { checkQueue() }
    // Ports that die next are told through the window, without this function.
    if kernel.isDirect { openWindow() }
    return true
  }
}

/// The connections of a node that has left the network: they end when their last bytes are sent.
///
/// The object retains itself until then.
final class Farewell {
  private var streams: [StreamConnection]
  private var left: Int
  private var timeLimit: TimerWatcher?
  private var callback: (() -> Void)?

  init(_ streams: [StreamConnection], _ callback: @escaping () -> Void) {
    self.streams = streams
    self.callback = callback
    left = streams.count
  }

  /// Ends the connections; any that is left after `seconds` is closed.
  func begin(on loop: Loop, within seconds: Double) {
    if left == 0 {
      loop.postpone { self.conclude() }
      return
    }
    timeLimit = loop.timer(after: max(0, seconds)) { self.conclude() }
    for stream in streams {
      stream.onEnd = { _ in self.ended() }
      stream.sendEnd()
    }
  }

  private func ended() {
    left -= 1
    if left == 0 { conclude() }
  }

  private func conclude() {
    guard let callback else { return }
    self.callback = nil
    timeLimit = nil
    let ending = streams
    streams = []
    for stream in ending { stream.close() }
    callback()
  }
}
