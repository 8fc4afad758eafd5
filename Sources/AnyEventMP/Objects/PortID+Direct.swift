public import AEValue

// The short ways of messages that begin with a tag: to a port of this node the arguments are handed over where they
// are, if the receiver wants just these types; to one of another node they are written straight into its output.

extension PortID {
  /// Sends a tag and no argument; false if the message has to go the general way.
  @inlinable @inline(__always)
  func sendDirectly(_ tag: String) -> Bool {
    guard ref.kind == .local else { return write(tag) }
    return deliverDirectly(tag, to: ref, .sent, 0, nil)
  }

  /// Writes such a message into the output of another node.
  @inlinable
  func write(_ tag: String) -> Bool {
    guard let packet = openPacket(to: ref, tag, 0) else { return false }
    if packet.isJSON {
      var writer = JSONArgumentWriter(packet.place)
      guard writer.end() else { return false }
      packet.close(writer.place)
    } else {
      packet.close(packet.place)
    }
    return true
  }

  /// Sends a tag and one argument; false if the message has to go the general way.
  @inlinable @inline(__always)
  func sendDirectly<B: MessageConvertible>(_ tag: String, _ b: B) -> Bool {
    guard B.isPlainArgument else { return false }
    guard ref.kind == .local else { return write(tag, b) }
    // Unprotected: nothing is written there, so that there is nothing to protect the stack from.
    return _withUnprotectedUnsafePointer(to: b) {
      deliverDirectly(tag, to: ref, .one(B.self), 1, UnsafeMutableRawPointer(mutating: $0))
    }
  }

  /// Writes such a message into the output of another node.
  @inlinable
  func write<B: MessageConvertible>(_ tag: String, _ b: B) -> Bool {
    guard let packet = openPacket(to: ref, tag, 1) else { return false }
    if packet.isJSON {
      var writer = JSONArgumentWriter(packet.place)
      guard b.writeArgument(to: &writer), writer.end() else { return false }
      packet.close(writer.place)
    } else {
      var writer = CBORArgumentWriter(packet.place)
      guard b.writeArgument(to: &writer) else { return false }
      packet.close(writer.place)
    }
    return true
  }

  /// Sends a tag and two arguments; false if the message has to go the general way.
  @inlinable @inline(__always)
  func sendDirectly<B: MessageConvertible, C: MessageConvertible>(_ tag: String, _ b: B, _ c: C)
    -> Bool
  {
    guard B.isPlainArgument, C.isPlainArgument else { return false }
    guard ref.kind == .local else { return write(tag, b, c) }
    return _withUnprotectedUnsafePointer(to: b) { b in
      _withUnprotectedUnsafePointer(to: c) { c in
        var sent = (SentArgument(b), SentArgument(c))
        return _withUnprotectedUnsafeMutablePointer(to: &sent) {
          deliverDirectly(tag, to: ref, .sent, 2, UnsafeMutableRawPointer($0))
        }
      }
    }
  }

  /// Writes such a message into the output of another node.
  @inlinable
  func write<B: MessageConvertible, C: MessageConvertible>(_ tag: String, _ b: B, _ c: C) -> Bool {
    guard let packet = openPacket(to: ref, tag, 2) else { return false }
    if packet.isJSON {
      var writer = JSONArgumentWriter(packet.place)
      guard b.writeArgument(to: &writer), c.writeArgument(to: &writer), writer.end() else {
        return false
      }
      packet.close(writer.place)
    } else {
      var writer = CBORArgumentWriter(packet.place)
      guard b.writeArgument(to: &writer), c.writeArgument(to: &writer) else { return false }
      packet.close(writer.place)
    }
    return true
  }

  /// Sends a tag and three arguments; false if the message has to go the general way.
  @inlinable @inline(__always)
  func sendDirectly<B: MessageConvertible, C: MessageConvertible, D: MessageConvertible>(
    _ tag: String, _ b: B, _ c: C, _ d: D
  ) -> Bool {
    guard B.isPlainArgument, C.isPlainArgument, D.isPlainArgument else { return false }
    guard ref.kind == .local else { return write(tag, b, c, d) }
    return _withUnprotectedUnsafePointer(to: b) { b in
      _withUnprotectedUnsafePointer(to: c) { c in
        _withUnprotectedUnsafePointer(to: d) { d in
          var sent = (SentArgument(b), SentArgument(c), SentArgument(d))
          return _withUnprotectedUnsafeMutablePointer(to: &sent) {
            deliverDirectly(tag, to: ref, .sent, 3, UnsafeMutableRawPointer($0))
          }
        }
      }
    }
  }

  /// Writes such a message into the output of another node.
  @inlinable
  func write<B: MessageConvertible, C: MessageConvertible, D: MessageConvertible>(
    _ tag: String, _ b: B, _ c: C, _ d: D
  ) -> Bool {
    guard let packet = openPacket(to: ref, tag, 3) else { return false }
    if packet.isJSON {
      var writer = JSONArgumentWriter(packet.place)
      guard b.writeArgument(to: &writer), c.writeArgument(to: &writer),
        d.writeArgument(to: &writer), writer.end()
      else { return false }
      packet.close(writer.place)
    } else {
      var writer = CBORArgumentWriter(packet.place)
      guard b.writeArgument(to: &writer), c.writeArgument(to: &writer), d.writeArgument(to: &writer)
      else { return false }
      packet.close(writer.place)
    }
    return true
  }
}
