internal import AnyEventMP
internal import CAEMP
internal import Synchronization

/// The object behind an `aemp_port`: the address of a port.
final class PortBox: CHandle, Sendable {
  let id: PortID
  /// The address in the form that the short way of sending takes.
  let borrowed: BorrowedPort
  /// The node of the port, if that is the caller's own and had no id yet when the address was made.
  private let namelessNode: NodeBox?
  /// Copies of the id; there are two if C asked before the node had its name.
  private let texts = TextStore()

  /// The address of a port of any node.
  init(_ id: PortID) {
    self.id = id
    borrowed = BorrowedPort(id)
    namelessNode = nil
  }

  /// The address of a port in a call of `node`, whose own ports get another id when it gets its name.
  init(_ id: PortID, of node: NodeBox) {
    self.id = id
    borrowed = BorrowedPort(id)
    let hasName = node.isNamed.load(ordering: .relaxed)
    namelessNode = hasName || !node.node.isLocal(id) ? nil : node
  }

  /// The text of the id, for any thread: also of one that asks while the node is getting its name.
  var text: String {
    guard let namelessNode, !namelessNode.isNamed.load(ordering: .acquiring) else { return id.id }
    return id.name.isEmpty ? "" : "#" + id.name
  }

  /// The pointer to a text of the id.
  func pointer(to text: String) -> UnsafePointer<CChar>? { texts.pointer(to: text) }
}

/// The object behind an `aemp_tag`: a text that is made once.
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
  // Read once: the node may get its name meanwhile, and with it the port another id.
  let id = box.text
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
