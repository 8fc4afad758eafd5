internal import AnyEventMP
internal import CAEMP

/// What an `aemp_port` is: the address of a port.
final class PortBox: Sendable {
  let id: PortID
  /// Copies of the id; there are two if C asked before the node had its name.
  private let texts = TextStore()

  init(_ id: PortID) { self.id = id }

  @inline(__always)
  static func at(_ handle: OpaquePointer) -> Unmanaged<PortBox> {
    .fromOpaque(UnsafeRawPointer(handle))
  }

  /// The handle, borrowed.
  var handle: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

  /// A new handle, to be released.
  var ownedHandle: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  var text: UnsafePointer<CChar>? { texts.pointer(to: id.id) }
}

/// What an `aemp_tag` is: text that is made once.
final class TagBox: Sendable {
  let value: Value

  init(_ text: String) { value = .string(text) }

  @inline(__always)
  static func at(_ handle: UnsafeRawPointer) -> Unmanaged<TagBox> { .fromOpaque(handle) }
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
  len?.pointee = box.id.id.utf8.count
  return box.text
}

/// See `aemp.h`.
@c @implementation public func aemp_port_retain(_ port: OpaquePointer?) -> OpaquePointer? {
  guard let port else { return nil }
  _ = PortBox.at(port).retain()
  return port
}

/// See `aemp.h`.
@c @implementation public func aemp_port_release(_ port: OpaquePointer?) {
  if let port { PortBox.at(port).release() }
}

/// See `aemp.h`.
@c @implementation public func aemp_tag_new(
  _ bytes: UnsafePointer<CChar>?, _ len: Int, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  guard let out else { return failNull("out") }
  guard let bytes else { return failNull("the text") }
  guard let text = text(bytes, len) else { return failSize(len) }
  out.pointee = OpaquePointer(Unmanaged.passRetained(TagBox(text)).toOpaque())
  return 0
}

/// See `aemp.h`.
@c @implementation public func aemp_tag_retain(_ tag: OpaquePointer?) -> OpaquePointer? {
  guard let tag else { return nil }
  _ = TagBox.at(UnsafeRawPointer(tag)).retain()
  return tag
}

/// See `aemp.h`.
@c @implementation public func aemp_tag_release(_ tag: OpaquePointer?) {
  if let tag { TagBox.at(UnsafeRawPointer(tag)).release() }
}
