/// Splits a connection's bytes into packets; hot.
///
/// There is no length in front of a packet: only reading it shows its end. Arrived bytes are read where
/// they lie; only the beginning of a packet whose end is missing is kept, and scanned on when more bytes
/// arrive.
///
/// After an error the connection is of no more use: every further call throws the same error.
public struct PacketDecoder: ~Copyable {
  private let framing: Framing
  private let limits: CodecLimits
  private var rest: Reassembly
  private var values = ValueStack()
  /// Holds a port name that does not lie readable in the packet.
  private let name = ByteBuffer()
  /// The number of consumed bytes of the stream.
  private var consumed = 0
  private var failure: CodecError?
  /// Whether requests about a port are recognised.
  private var isRecognizing = false
  /// Holds bytes behind which nothing may be read.
  private let padded = ByteBuffer()

  /// Takes packets off the front; says how many bytes they have, and whether to go on.
  package typealias TakeDirectly = (UnsafeRawBufferPointer) -> (count: Int, goesOn: Bool)
  private typealias Deliver = (UnsafeRawBufferPointer, UnsafeBufferPointer<Value>) -> Bool
  private typealias DeliverRequest = (
    PortRequest, UnsafeRawBufferPointer, UnsafeBufferPointer<Value>
  ) -> Bool

  /// Creates a decoder at the start of the data phase.
  public init(framing: Framing, limits: CodecLimits = .standard) {
    self.framing = framing
    self.limits = limits
    rest = Reassembly(framing, limits)
  }

  /// The number of bytes that wait for the rest of their packet.
  public var bufferedBytes: Int { rest.count }

  /// How many bytes its buffers have memory for.
  package var heldBytes: Int { rest.heldBytes + padded.heldBytes }

  /// Gives memory back that was hardly used since the last call.
  package func giveBackIfIdle() {
    rest.giveBackIfIdle()
    padded.giveBackIfIdle()
  }

  /// The number of steps of scanning for the ends of packets that came in pieces.
  var scanningWork: Int { rest.work }

  /// Takes arrived bytes and calls `deliver` with each packet that is complete now.
  ///
  /// - Parameters:
  ///   - bytes: The arrived bytes, in pieces of any size.
  ///   - deliver: Gets the port's name as UTF-8 and the message, both valid only during the call;
  ///     the packet `[]` comes with an empty name and no values. It must not use this decoder.
  ///     When it returns false, the rest of `bytes` is dropped: the connection was closed.
  /// - Throws: ``CodecError`` for bytes that are no packet or go beyond the limits, after all packets
  ///   before them have been delivered; its offset counts from the start of the stream.
  public mutating func feed(
    _ bytes: UnsafeRawBufferPointer,
    deliver: (UnsafeRawBufferPointer, UnsafeBufferPointer<Value>) -> Bool
  ) throws(CodecError) {
    isRecognizing = false
    try take(bytes, nil, deliver) { _, _, _ in true }
  }

  /// As ``feed(_:deliver:)``, but requests about a port may come as such.
  ///
  /// - Parameters:
  ///   - bytes: The arrived bytes.
  ///   - deliver: Gets all other packets, and requests in an unusual form.
  ///   - request: Gets the request, the name of the port that it is about, and the following values.
  /// - Throws: ``CodecError`` as ``feed(_:deliver:)``.
  public mutating func feed(
    _ bytes: UnsafeRawBufferPointer,
    deliver: (UnsafeRawBufferPointer, UnsafeBufferPointer<Value>) -> Bool,
    request: (PortRequest, UnsafeRawBufferPointer, UnsafeBufferPointer<Value>) -> Bool
  ) throws(CodecError) {
    isRecognizing = true
    try take(bytes, nil, deliver, request)
  }

  /// As ``feed(_:deliver:request:)``, but first `direct` may take packets.
  ///
  /// - Parameters:
  ///   - bytes: The arrived bytes.
  ///   - hasSlack: Whether `PacketBytes.slack` bytes behind them may be read.
  ///   - direct: Gets bytes that begin with a packet, and behind which so much may be read. It is asked where a
  ///     packet lies whole in what has arrived together.
  ///   - deliver: As above.
  ///   - request: As above.
  /// - Throws: ``CodecError`` as ``feed(_:deliver:)``.
  package mutating func feed(
    _ bytes: UnsafeRawBufferPointer, hasSlack: Bool, direct: TakeDirectly,
    deliver: (UnsafeRawBufferPointer, UnsafeBufferPointer<Value>) -> Bool,
    request: (PortRequest, UnsafeRawBufferPointer, UnsafeBufferPointer<Value>) -> Bool
  ) throws(CodecError) {
    isRecognizing = true
    // Limits that such packets could reach are left to the general way.
    let isWithinLimits =
      bytes.count <= limits.maximumSize && limits.maximumValues >= 32 && limits.depth > 0
    guard isWithinLimits, hasSlack || bytes.count <= Self.mostPadded else {
      return try take(bytes, nil, deliver, request)
    }
    try withoutActuallyEscaping(direct) { direct throws(CodecError) in
      if hasSlack { return try take(bytes, direct, deliver, request) }
      padded.removeAll()
      padded.append(contentsOf: bytes)
      _ = padded.reserve(PacketBytes.slack)
      try take(padded.bytes, direct, deliver, request)
      padded.removeAll()
    }
  }

  /// The most bytes that are copied to have room behind them.
  private static let mostPadded = 64 << 10

  @inline(__always)
  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, _ direct: TakeDirectly?, _ deliver: Deliver,
    _ request: DeliverRequest
  ) throws(CodecError) {
    if let failure { throw failure }
    do {
      try takePackets(bytes, direct, deliver, request)
    } catch {
      let absolute = CodecError(error.code, at: consumed + error.offset)
      failure = absolute
      values.removeAll()
      rest.removeAll()
      throw absolute
    }
  }

  /// Ends the stream.
  ///
  /// - Throws: ``CodecError`` if that was in the middle of a packet.
  public func finish() throws(CodecError) {
    if let failure { throw failure }
    if rest.count > 0 { throw CodecError(.truncated, at: consumed + rest.count) }
  }

  /// As ``feed(_:deliver:)``, with errors counted from ``consumed``.
  private mutating func takePackets(
    _ bytes: UnsafeRawBufferPointer, _ direct: TakeDirectly?, _ deliver: Deliver,
    _ request: DeliverRequest
  ) throws(CodecError) {
    var input = bytes
    if rest.count > 0 {
      let (taken, isComplete) = try rest.extend(with: bytes)
      guard isComplete else { return }
      let (name, about, end) = try readPacket(rest.document)
      guard end == rest.count else { throw CodecError(.malformed, at: end) }
      let goesOn =
        about.map { request($0, name, values.values) } ?? deliver(name, values.values)
      values.removeAll()
      consumed += end
      rest.removeAll()
      guard goesOn else { return }
      input = UnsafeRawBufferPointer(rebasing: bytes[taken...])
    }
    try read(input, direct, deliver, request)
  }

  /// Reads packets where they lie, and keeps the beginning of the last one.
  private mutating func read(
    _ bytes: UnsafeRawBufferPointer, _ direct: TakeDirectly?, _ deliver: Deliver,
    _ request: DeliverRequest
  ) throws(CodecError) {
    var input = bytes
    if framing == .json { skipSpace(&input) }
    while !input.isEmpty {
      if let direct {
        let (count, goesOn) = direct(input)
        if count > 0 {
          consumed += count
          guard goesOn else { return }
          input = UnsafeRawBufferPointer(rebasing: input[count...])
          if framing == .json { skipSpace(&input) }
          if input.isEmpty { return }
        }
      }
      let name: UnsafeRawBufferPointer
      let about: PortRequest?
      let end: Int
      do {
        (name, about, end) = try readPacket(input)
      } catch {
        guard error.code == .truncated else { throw error }
        values.removeAll()
        return try rest.begin(with: input)
      }
      let goesOn =
        about.map { request($0, name, values.values) } ?? deliver(name, values.values)
      values.removeAll()
      consumed += end
      guard goesOn else { return }
      input = UnsafeRawBufferPointer(rebasing: input[end...])
      if framing == .json { skipSpace(&input) }
    }
  }

  /// Reads the packet at the start of `bytes`: its message into ``values``.
  @inline(__always)
  private mutating func readPacket(
    _ bytes: UnsafeRawBufferPointer
  ) throws(CodecError) -> (name: UnsafeRawBufferPointer, request: PortRequest?, end: Int) {
    guard let base = bytes.baseAddress else { throw CodecError(.truncated, at: 0) }
    switch framing {
    case .cbor:
      var reader = CBORReader(bytes, base: base, limits)
      let (name, request) = try reader.packet(into: &values, name, recognizing: isRecognizing)
      return (name, request, reader.index)
    case .json:
      var reader = JSONReader(bytes, base: base, limits, .nonFinite)
      let name = try reader.packet(into: &values, name)
      return (name, nil, reader.index)
    }
  }

  /// Drops the white space that may stand between packets of JSON.
  @inline(__always) private mutating func skipSpace(_ input: inout UnsafeRawBufferPointer) {
    var count = 0
    while count < input.count {
      switch input[count] {
      case 0x20, 0x09, 0x0a, 0x0d: count += 1
      default:
        consumed += count
        if count > 0 { input = UnsafeRawBufferPointer(rebasing: input[count...]) }
        return
      }
    }
    consumed += count
    input = UnsafeRawBufferPointer(start: nil, count: 0)
  }
}

/// The values of the message that is being read; its memory is kept from message to message.
struct ValueStack: ~Copyable {
  private var base: UnsafeMutablePointer<Value>
  private var capacity: Int
  private(set) var count = 0

  /// The number of values for which an idle decoder keeps room.
  private static let usualCapacity = 16

  init() {
    capacity = ValueStack.usualCapacity
    base = .allocate(capacity: capacity)
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  /// The values; valid until the next change.
  var values: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: base, count: count) }

  @inline(__always) mutating func push(_ value: consuming Value) {
    if count == capacity { reallocate(2 * capacity) }
    (base + count).initialize(to: value)
    count += 1
  }

  /// Drops the values, and the memory of an unusually long message with them.
  @inline(__always) mutating func removeAll() {
    base.deinitialize(count: count)
    count = 0
    if capacity > 1024 { reallocate(ValueStack.usualCapacity) }
  }

  @inline(never) private mutating func reallocate(_ newCapacity: Int) {
    let moved = UnsafeMutablePointer<Value>.allocate(capacity: newCapacity)
    moved.moveInitialize(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = newCapacity
  }
}
