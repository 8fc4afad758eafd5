internal import AnyEventMP
public import CAEMP
internal import Glibc

/// The value of a handle; nil, with a sentence, for NULL.
@inline(__always)
private func box(_ value: OpaquePointer?, _ function: StaticString = #function) -> ValueBox? {
  guard let value else {
    _ = failNull("the value", function)
    return nil
  }
  return ValueBox.at(value).takeUnretainedValue()
}

/// See `aemp.h`.
@c @implementation public func aemp_value_kind(_ value: OpaquePointer?) -> aemp_kind {
  box(value)?.kind ?? AEMP_NULL
}

/// See `aemp.h`.
@c @implementation public func aemp_value_int(
  _ value: OpaquePointer?, _ out: UnsafeMutablePointer<Int64>?
) -> CInt {
  guard let box = box(value) else { return AEMP_EINVAL.rawValue }
  guard let out else { return failNull("out") }
  return box.value.read(as: \.int, to: { out.pointee = Int64($0) }, "an integer", "aemp_value_int")
}

/// See `aemp.h`.
@c @implementation public func aemp_value_uint(
  _ value: OpaquePointer?, _ out: UnsafeMutablePointer<UInt64>?
) -> CInt {
  guard let box = box(value) else { return AEMP_EINVAL.rawValue }
  guard let out else { return failNull("out") }
  return box.value.read(
    as: \.uint, to: { out.pointee = $0 }, "an integer that is not negative", "aemp_value_uint")
}

/// See `aemp.h`.
@c @implementation public func aemp_value_double(
  _ value: OpaquePointer?, _ out: UnsafeMutablePointer<Double>?
) -> CInt {
  guard let box = box(value) else { return AEMP_EINVAL.rawValue }
  guard let out else { return failNull("out") }
  return box.value.read(as: \.double, to: { out.pointee = $0 }, "a number", "aemp_value_double")
}

extension Value {
  /// Reads a number; a code when it is none.
  func read<Number>(
    as convert: (Value) -> Number?, to write: (Number) -> Void, _ wanted: StaticString,
    _ function: StaticString
  ) -> CInt {
    if let number = convert(self) {
      write(number)
      return 0
    }
    // A whole number that is out of the range of this type.
    if let number = double, number.rounded() == number, number.isFinite {
      return fail(AEMP_ERANGE, "\(name(of: function)): \(number) is not \(wanted) of 64 bits")
    }
    return fail(AEMP_ETYPE, "\(name(of: function)): the value is \(kind), not \(wanted)")
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_value_bool(_ value: OpaquePointer?) -> CInt {
  // An error counts as false, since C writes the call as a condition.
  box(value)?.value.bool == true ? 1 : 0
}

/// See `aemp.h`.
@c @implementation public func aemp_value_str(
  _ value: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  len?.pointee = 0
  guard let box = box(value) else { return nil }
  guard let (text, length) = box.text else {
    _ = fail(AEMP_ETYPE, "aemp_value_str: the value is \(box.value.kind), not text")
    return nil
  }
  len?.pointee = length
  return text
}

/// See `aemp.h`.
@c @implementation public func aemp_value_bytes(
  _ value: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?
) -> UnsafeRawPointer? {
  len?.pointee = 0
  guard let box = box(value) else { return nil }
  guard let bytes = box.bytes else {
    _ = fail(AEMP_ETYPE, "aemp_value_bytes: the value is \(box.value.kind), not bytes")
    return nil
  }
  len?.pointee = bytes.count
  return bytes.baseAddress.map { UnsafeRawPointer($0) } ?? box.handle.bytesOfNothing
}

extension OpaquePointer {
  /// The pointer to an empty run of bytes: not NULL, which would mean an error.
  fileprivate var bytesOfNothing: UnsafeRawPointer { UnsafeRawPointer(self) }
}

/// See `aemp.h`.
@c @implementation public func aemp_value_port(
  _ value: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  guard let box = box(value) else { return AEMP_EINVAL.rawValue }
  guard let out else { return failNull("out") }
  guard let id = PortID(messageValue: box.value) else {
    return fail(AEMP_ETYPE, "aemp_value_port: the value is \(box.value.kind), not a port")
  }
  out.pointee = PortBox(id).ownedHandle
  return 0
}

/// See `aemp.h`.
@c @implementation public func aemp_value_count(_ value: OpaquePointer?) -> Int {
  switch box(value)?.value {
  case .array(let values)?: values.count
  case .hash(let values)?: values.count
  default: 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_value_index(
  _ value: OpaquePointer?, _ index: Int
) -> OpaquePointer? {
  box(value).map { ($0.element(index) ?? .null).handle }
}

/// See `aemp.h`.
@c @implementation public func aemp_value_key(
  _ value: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ len: Int
) -> OpaquePointer? {
  guard let box = box(value) else { return nil }
  guard let key else {
    _ = failNull("the key")
    return nil
  }
  guard let text = text(key, len) else {
    _ = failSize(len)
    return nil
  }
  return box.member(text)?.handle
}

/// See `aemp.h`.
@c @implementation public func aemp_value_each(
  _ value: OpaquePointer?, _ cb: aemp_each_cb?, _ ud: UnsafeMutableRawPointer?
) -> CInt {
  guard let box = box(value) else { return AEMP_EINVAL.rawValue }
  guard let cb else { return failNull("the callback") }
  switch box.value {
  case .array(let values):
    for index in values.indices {
      guard let element = box.element(index) else { break }
      let status = cb(nil, index, element.handle, ud)
      if status != 0 { return status }
    }
  case .hash(let values):
    for key in values.keys.sorted() {
      guard let member = box.member(key) else { continue }
      let status = key.withCString { cb($0, key.utf8.count, member.handle, ud) }
      if status != 0 { return status }
    }
  default:
    return fail(
      AEMP_ETYPE, "aemp_value_each: the value is \(box.value.kind), not an array or a hash")
  }
  return 0
}

/// See `aemp.h`.
@c @implementation public func aemp_value_retain(_ value: OpaquePointer?) -> OpaquePointer? {
  ValueBox.retained(value)
}

/// See `aemp.h`.
@c @implementation public func aemp_value_release(_ value: OpaquePointer?) {
  ValueBox.release(value)
}

/// See `aemp.h`.
@c @implementation public func aemp_value_from_json(
  _ text: UnsafePointer<CChar>?, _ len: Int, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  guard let out else { return failNull("out") }
  guard let text else { return failNull("the text") }
  guard len >= -1 else { return failSize(len) }
  let count = len == -1 ? Int(strlen(text)) : len
  do {
    let value = try JSON.decode(UnsafeRawBufferPointer(start: text, count: count))
    out.pointee = ValueBox(value).ownedHandle
    return 0
  } catch {
    return failArgument("this is no JSON: \(error)")
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_value_to_json(
  _ value: OpaquePointer?, _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ len: UnsafeMutablePointer<Int>?
) -> CInt {
  out?.pointee = nil
  len?.pointee = 0
  guard let box = box(value) else { return AEMP_EINVAL.rawValue }
  guard let out else { return failNull("out") }
  do {
    let text = try JSON.encode(box.value, style: .sorted)
    guard let copy = copyOfText(text) else { return refuse(AEMP_ENOMEM, "aemp_value_to_json") }
    out.pointee = copy
    len?.pointee = text.utf8.count
    return 0
  } catch {
    return fail(AEMP_ETYPE, "aemp_value_to_json: it cannot be written as JSON: \(error)")
  }
}
