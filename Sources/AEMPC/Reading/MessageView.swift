internal import AnyEventMP
internal import CAEMP

/// The object behind an `aemp_msg`: values that the node or the caller owns, and the handles that C has asked for.
struct MessageView {
  let base: UnsafePointer<Value>?
  let count: Int
  fileprivate var boxes: Boxes?

  fileprivate final class Boxes {
    var all: [ValueBox?]

    init(_ count: Int) { all = Array(repeating: nil, count: count) }
  }

  @inline(__always)
  static func at(_ handle: OpaquePointer) -> UnsafeMutablePointer<MessageView> {
    UnsafeMutablePointer(handle)
  }

  fileprivate init(_ values: UnsafeBufferPointer<Value>, dropping: Int) {
    let skipped = min(dropping, values.count)
    base = values.baseAddress.map { $0 + skipped }
    count = values.count - skipped
  }

  /// A value, nil behind the end.
  @inline(__always)
  func value(_ index: Int) -> Value? {
    guard let base, index >= 0, index < count else { return nil }
    return base[index]
  }

  /// The handle of a value.
  mutating func box(_ index: Int) -> ValueBox {
    guard let value = value(index) else { return .null }
    let boxes = boxes ?? Boxes(count)
    self.boxes = boxes
    if let known = boxes.all[index] { return known }
    let made = ValueBox(value)
    boxes.all[index] = made
    return made
  }
}

/// Lends values to `body` as a message.
@inline(__always)
func withView(
  _ values: UnsafeBufferPointer<Value>, dropping: Int, _ body: (OpaquePointer) -> Void
) {
  var view = MessageView(values, dropping: dropping)
  withUnsafeMutablePointer(to: &view) { body(OpaquePointer($0)) }
}

/// Calls `body` with a view of all values of an array.
func withView(_ values: [Value], _ body: (OpaquePointer) -> Void) {
  values.withUnsafeBufferPointer { withView($0, dropping: 0, body) }
}

/// See `aemp.h`.
@c @implementation public func aemp_msg_count(_ message: OpaquePointer?) -> Int {
  message.map { MessageView.at($0).pointee.count } ?? 0
}

/// See `aemp.h`.
@c @implementation public func aemp_msg_at(_ message: OpaquePointer?, _ index: Int)
  -> OpaquePointer?
{
  guard let message else {
    _ = failNull("the message")
    return nil
  }
  return MessageView.at(message).pointee.box(index).handle
}

/// For `aemp_msg_get`.
@c @implementation public func aempc_msg_int(
  _ message: OpaquePointer?, _ index: Int, _ out: UnsafeMutablePointer<Int64>?
) -> CInt {
  if let message, case .int(let number)? = MessageView.at(message).pointee.value(index) {
    out?.pointee = Int64(number)
    return 0
  }
  return read(message, index, { $0.int.map { Int64($0) } }, out)
}

/// For `aemp_msg_get`.
@c @implementation public func aempc_msg_uint(
  _ message: OpaquePointer?, _ index: Int, _ out: UnsafeMutablePointer<UInt64>?
) -> CInt {
  read(message, index, { $0.uint }, out)
}

/// For `aemp_msg_get`.
@c @implementation public func aempc_msg_double(
  _ message: OpaquePointer?, _ index: Int, _ out: UnsafeMutablePointer<Double>?
) -> CInt {
  read(message, index, { $0.double }, out)
}

/// For `aemp_msg_get`.
@c @implementation public func aempc_msg_bool(
  _ message: OpaquePointer?, _ index: Int, _ out: UnsafeMutablePointer<CInt>?
) -> CInt {
  read(message, index, { $0.bool ? 1 : 0 }, out)
}

@inline(__always)
private func read<Number>(
  _ message: OpaquePointer?, _ index: Int, _ convert: (Value) -> Number?,
  _ out: UnsafeMutablePointer<Number>?
) -> CInt {
  guard let message, let value = MessageView.at(message).pointee.value(index) else {
    return AEMP_ETYPE.rawValue
  }
  guard let number = convert(value) else { return AEMP_ETYPE.rawValue }
  out?.pointee = number
  return 0
}

/// For `aemp_msg_get`.
@c @implementation public func aempc_kind_name(_ value: OpaquePointer?) -> UnsafePointer<CChar>? {
  let name: StaticString =
    switch value.map({ ValueBox.at($0).takeUnretainedValue().value }) {
    case nil, .null?: "null"
    case .bool?: "a boolean"
    case .int?, .uint?: "an integer"
    case .double?: "a float"
    case .string?: "a string"
    case .bytes?: "binary data"
    case .array?: "an array"
    case .hash?: "a hash"
    }
  return UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}
