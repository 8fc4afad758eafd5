internal import AnyEventMP
internal import CAEMP

/// What an `aemp_port` is: the address of a port.
final class PortBox: CHandle, Sendable {
  let id: PortID
  /// Copies of the id; there are two if C asked before the node had its name.
  private let texts = TextStore()

  init(_ id: PortID) { self.id = id }

  /// The pointer to a text of the id.
  func pointer(to text: String) -> UnsafePointer<CChar>? { texts.pointer(to: text) }
}

/// What an `aemp_tag` is: text that is made once.
final class TagBox: CHandle, Sendable {
  let value: Value

  init(_ text: String) { value = .string(text) }
}

/// See `aemp.h`.
@c @implementation public func aemp_port_of(
  _ id: UnsafePointer<CChar>?, _ len: Int, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  guard let out else { return failNull("out") }
  guard let id else { return failNull("the id") }
  guard let text = text(id, len) else { return failSize(len) }
  guard !text.isEmpty else { return failArgument("the id is empty") }
  out.pointee = PortBox(PortID(text)).ownedHandle
  return 0
}

/// See `aemp.h`.
@c @implementation public func aemp_port_id(
  _ port: OpaquePointer?, _ len: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  len?.pointee = 0
  guard let port else {
    _ = failNull("the port")
    return nil
  }
  let box = PortBox.at(port).takeUnretainedValue()
  // Once: the node may get its name meanwhile, and with it the port another id.
  let id = box.id.id
  len?.pointee = id.utf8.count
  return box.pointer(to: id)
}

/// See `aemp.h`.
@c @implementation public func aemp_port_retain(_ port: OpaquePointer?) -> OpaquePointer? {
  PortBox.retained(port)
}

/// See `aemp.h`.
@c @implementation public func aemp_port_release(_ port: OpaquePointer?) {
  PortBox.release(port)
}

/// See `aemp.h`.
@c @implementation public func aemp_tag_new(
  _ bytes: UnsafePointer<CChar>?, _ len: Int, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  guard let out else { return failNull("out") }
  guard let bytes else { return failNull("the text") }
  guard let text = text(bytes, len) else { return failSize(len) }
  out.pointee = TagBox(text).ownedHandle
  return 0
}

/// See `aemp.h`.
@c @implementation public func aemp_tag_retain(_ tag: OpaquePointer?) -> OpaquePointer? {
  TagBox.retained(tag)
}

/// See `aemp.h`.
@c @implementation public func aemp_tag_release(_ tag: OpaquePointer?) {
  TagBox.release(tag)
}
