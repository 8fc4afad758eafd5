extension CBORReader {
  /// Reads a packet: its message into `values`.
  ///
  /// - Returns: The name of the port, which lies in the packet or in `scratch`; with `recognizing`
  ///   and where a request is about a port, the request, whose name is then that port's.
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
