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
