internal import AnyEventMP
internal import CAEMP
internal import Glibc

// Lists of values to send, as C passes them in.

extension aemp_arg {
  /// The value that the argument stands for; nil when it makes no sense: ``failure(at:_:)`` then says why.
  @inline(__always)
  var value: Value? {
    switch kind {
    case CInt(AEMP_INT.rawValue): .int(Int(v.i))
    case CInt(AEMP_ARG_TAG.rawValue):
      v.p.map { TagBox.at(OpaquePointer($0))._withUnsafeGuaranteedRef { $0.value } }
    default: rareValue
    }
  }

  private var rareValue: Value? {
    switch kind {
    case CInt(AEMP_NULL.rawValue): return .null
    case CInt(AEMP_BOOL.rawValue): return .bool(v.i != 0)
    case CInt(AEMP_UINT.rawValue): return Value(integer: v.u)
    case CInt(AEMP_DOUBLE.rawValue): return .double(v.d)
    case CInt(AEMP_STR.rawValue): return v.s.flatMap { text($0, len) }.map { .string($0) }
    case CInt(AEMP_BYTES.rawValue):
      guard len >= 0, len == 0 || v.p != nil else { return nil }
      return .bytes([UInt8](UnsafeRawBufferPointer(start: v.p, count: len)))
    case CInt(AEMP_ARG_VALUE.rawValue):
      return v.p.map { ValueBox.at(OpaquePointer($0)).takeUnretainedValue().value }
    case CInt(AEMP_ARG_PORT.rawValue):
      return v.p.map { .string(PortBox.at(OpaquePointer($0)).takeUnretainedValue().text) }
    case CInt(AEMP_ARG_JSON.rawValue):
      guard let text = v.s, len >= -1 else { return nil }
      let count = len == -1 ? strlen(text) : len
      return try? JSON.decode(UnsafeRawBufferPointer(start: text, count: Int(count)))
    default: return nil
    }
  }

  /// Why it makes no sense.
  @inline(never)
  func failure(at index: Int, _ function: StaticString) -> CInt {
    let start = "\(name(of: function)): argument \(index)"
    switch kind {
    case CInt(AEMP_STR.rawValue), CInt(AEMP_BYTES.rawValue), CInt(AEMP_ARG_JSON.rawValue),
      CInt(AEMP_ARG_VALUE.rawValue), CInt(AEMP_ARG_PORT.rawValue), CInt(AEMP_ARG_TAG.rawValue):
      if v.p == nil { return fail(AEMP_EINVAL, "\(start) is NULL") }
      if kind == CInt(AEMP_ARG_JSON.rawValue), len >= -1 {
        return fail(AEMP_EINVAL, "\(start) is no JSON")
      }
      return fail(AEMP_EINVAL, "\(start) has \(UInt(bitPattern: len)) bytes, which makes no sense")
    default:
      return fail(AEMP_ETYPE, "\(start) is of kind \(kind), which cannot be sent")
    }
  }
}

/// How many arguments one call may have.
private let maximumCount = 1 << 20

/// Calls `body` with the values of a list of arguments, which lie on the stack.
@inline(__always)
func withValues(
  _ arguments: UnsafePointer<aemp_arg>?, _ count: Int, function: StaticString = #function,
  _ body: (UnsafeBufferPointer<Value>) -> CInt
) -> CInt {
  withOwnValues(arguments, count, function: function) { values in
    defer { values.deinitialize() }
    return body(UnsafeBufferPointer(values))
  }
}

/// Calls `body` with the values of the arguments; `body` has to move them out or to destroy them.
@inline(__always)
func withOwnValues(
  _ arguments: UnsafePointer<aemp_arg>?, _ count: Int, function: StaticString = #function,
  _ body: (UnsafeMutableBufferPointer<Value>) -> CInt
) -> CInt {
  guard count > 0, let arguments, count <= maximumCount else {
    if count == 0 { return body(UnsafeMutableBufferPointer(start: nil, count: 0)) }
    return failList(arguments, count, function)
  }
  return withUnsafeTemporaryAllocation(of: Value.self, capacity: count) { buffer in
    var made = 0
    while made < count {
      guard let value = arguments[made].value else {
        buffer[..<made].deinitialize()
        return arguments[made].failure(at: made, function)
      }
      buffer.initializeElement(at: made, to: value)
      made += 1
    }
    return body(buffer)
  }
}

@inline(never)
private func failList(
  _ arguments: UnsafePointer<aemp_arg>?, _ count: Int, _ function: StaticString
) -> CInt {
  if count < 0 { return failSize(count, function) }
  if arguments == nil { return failNull("the list of arguments", function) }
  return fail(
    AEMP_ETOOBIG,
    "\(name(of: function)): \(count) arguments are more than \(maximumCount), which can be sent")
}

/// The value of one argument that may be NULL, which is a null; `body` is not called when it makes no sense.
func withValue(
  _ argument: UnsafePointer<aemp_arg>?, _ function: StaticString, _ body: (Value) -> CInt
) -> CInt {
  guard let argument else { return body(.null) }
  guard let value = argument.pointee.value else { return argument.pointee.failure(at: 0, function) }
  return body(value)
}
