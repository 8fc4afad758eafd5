extension CBORReader {
  /// Reads a packet: its message into `values`.
  ///
  /// - Returns: The name of the port, which lies in the packet or in `scratch`; with `recognizing`, for a
  ///   request about a port, the request and that port's name.
  @inline(__always)
  mutating func packet(
    into values: inout ValueStack, _ scratch: ByteBuffer, recognizing: Bool
  ) throws(CodecError) -> (name: UnsafeRawBufferPointer, request: PortRequest?) {
    let initial = try peek()
    guard initial >> 5 == 4, initial != 0x9f, maximumDepth > 0 else {
      return (try rarePacket(into: &values, scratch), nil)
    }
    let count = try count(initial, of: 1)
    guard count > 0 else { return (UnsafeRawBufferPointer(start: nil, count: 0), nil) }
    try make(count)
    let name = try portName(scratch)
    if name.isEmpty, recognizing, count >= 3, let (request, port) = try portRequest() {
      for _ in 3..<count { values.push(try value(depth: 2)) }
      return (port, request)
    }
    for _ in 1..<count { values.push(try value(depth: 2)) }
    return (name, nil)
  }

  /// Reads a packet that has a tag or no count.
  @inline(never)
  private mutating func rarePacket(
    into values: inout ValueStack, _ scratch: ByteBuffer
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    guard maximumDepth > 0 else { throw fail(.tooDeep) }
    var initial = try peek()
    while initial >> 5 == 6 {
      try make(1)
      _ = try argument(initial)
      initial = try peek()
    }
    guard initial >> 5 == 4 else { throw fail(.notAPacket) }
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    guard initial == 0x9f else {
      let count = try count(initial, of: 1)
      guard count > 0 else { return none }
      try make(count)
      let name = try portName(scratch)
      for _ in 1..<count { values.push(try value(depth: 2)) }
      return name
    }
    index += 1
    if try skipBreak() { return none }
    try make(1)
    let name = try portName(scratch)
    while try !skipBreak() {
      try make(1)
      values.push(try value(depth: 2))
    }
    return name
  }

  @inline(__always)
  private mutating func portName(_ scratch: ByteBuffer) throws(CodecError) -> UnsafeRawBufferPointer
  {
    let start = index
    let initial = try peek()
    if initial >> 5 == 3 || initial >> 5 == 2, initial & 31 != 31 {
      let name = take(try count(initial, of: 1))
      if name.isASCII { return name }
      index = start
    }
    return try oddPortName(scratch)
  }

  /// Reads a name that is not ASCII, or not even text.
  @inline(never)
  private mutating func oddPortName(
    _ scratch: ByteBuffer
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    let start = index
    return try PortNameText.put(try value(depth: 2), at: start, into: scratch)
  }
}

extension JSONReader {
  /// Reads a packet: its message into `values`.
  ///
  /// - Returns: The name of the port; it lies in the packet or in `scratch`.
  @inline(__always)
  mutating func packet(
    into values: inout ValueStack, _ scratch: ByteBuffer
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    guard try next() == UInt8(ascii: "[") else { throw fail(.notAPacket) }
    guard maximumDepth > 0 else { throw fail(.tooDeep) }
    index += 1
    let first = try next()
    if first == UInt8(ascii: "]") {
      index += 1
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    try make(1)
    let name = try portName(first, scratch)
    while try another(UInt8(ascii: "]")) {
      try make(1)
      values.push(try value(depth: 2))
    }
    return name
  }

  @inline(__always)
  private mutating func portName(
    _ first: UInt8, _ scratch: ByteBuffer
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    let start = index
    if first == UInt8(ascii: "\"") {
      let raw = try rawString()
      if raw.isASCII, !raw.hasEscapes {
        return UnsafeRawBufferPointer(start: base + raw.start, count: raw.end - raw.start)
      }
      index = start
    }
    return try oddPortName(scratch)
  }

  /// Reads a name that is not plain ASCII, or not even a string.
  @inline(never)
  private mutating func oddPortName(
    _ scratch: ByteBuffer
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    let start = index
    return try PortNameText.put(try value(depth: 2), at: start, into: scratch)
  }
}

/// The text of a port's name that was sent as any kind of value.
enum PortNameText {
  /// Writes the name into `scratch` and returns its bytes there.
  ///
  /// Null means the node port, as in Perl. Arrays and hashes are no names, so the error at their place says
  /// that the bytes are no packet.
  static func put(
    _ name: Value, at index: Int, into scratch: ByteBuffer
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    let text: String?
    switch name {
    case .null: text = ""
    case .array, .hash: text = nil
    default: text = name.string
    }
    guard let text else { throw CodecError(.notAPacket, at: index) }
    scratch.removeAll(keepingCapacity: true)
    scratch.append(text)
    return scratch.bytes
  }
}
