import Synchronization

/// The reference in a ``PortID``: a port of this node, a port of another one, or text that no node has looked
/// up yet.
///
/// The one reference in a port id makes sending fast: the port, or the other node's connection, is found once
/// and not at every message.
@usableFromInline
class PortRef: Named {
  @usableFromInline
  enum Kind: UInt8 {
    case local, remote, unbound
  }

  /// Serial number of the ``Node`` object that resolved the reference; 0: none did.
  final let owner: UInt32
  @usableFromInline final let kind: Kind
  /// The port name, the part of the id behind the first `#`.
  final let name: String

  init(owner: UInt32, kind: Kind, name: String) {
    self.owner = owner
    self.kind = kind
    self.name = name
  }

  var nodeID: String { "" }

  /// Calls `body` with the name as bytes.
  @inline(__always)
  final func withName<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    var name = name
    return name.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }

  final var id: String {
    let node = nodeID
    return name.isEmpty ? node : node + "#" + name
  }

  // The casts between the kinds stand here and nowhere else. They trust `kind`: a dynamic cast costs more than
  // a whole local send, and an optional result a count of references.

  /// The reference as a port of the node that resolved it; only where `kind` is `.local`.
  @inline(__always)
  final var asLocal: LocalPort { unsafeDowncast(self, to: LocalPort.self) }

  /// The reference as a port of another node than the one that resolved it; only where `kind` is `.remote`.
  @inline(__always)
  final var asRemote: RemotePort { unsafeDowncast(self, to: RemotePort.self) }

  /// The reference as text; only where `kind` is `.unbound`.
  @inline(__always)
  final var asUnbound: UnboundPort { unsafeDowncast(self, to: UnboundPort.self) }
}

/// A port of another node, or the node itself by an empty name.
final class RemotePort: PortRef {
  let home: NodeEntry
  /// Used by the node that made the reference only.
  @exclusivity(unchecked) var start = PacketStart()

  init(owner: UInt32, home: NodeEntry, name: String) {
    self.home = home
    super.init(owner: owner, kind: .remote, name: name)
  }

  override var nodeID: String { home.id }
}

/// A port id that came as text and is looked up when it is first used.
final class UnboundPort: PortRef {
  private let node: String
  /// The result of the last search; a new search follows when that is gone.
  ///
  /// Used by the node that the reference belongs to only.
  @exclusivity(unchecked) var bound: PortRef? {
    didSet {
      boundRemote =
        if let bound, bound.kind == .remote { .passUnretained(bound.asRemote) } else { nil }
    }
  }
  /// ``bound``, if that is a port of another node: a reference that is not counted at each message.
  @exclusivity(unchecked) private(set) var boundRemote: Unmanaged<RemotePort>?
  /// Serial number of the node that keeps its result here; 0: none yet.
  private let user = Atomic<UInt32>(0)

  init(node: String, name: String) {
    self.node = node
    super.init(owner: 0, kind: .unbound, name: name)
  }

  override var nodeID: String { node }

  /// Whether this node keeps its result here: the first one that asks does.
  ///
  /// Several nodes, on threads of their own, may use one port id; the others search at each use.
  @inline(__always)
  func belongs(to serial: UInt32) -> Bool {
    let current = user.load(ordering: .relaxed)
    if current == serial { return true }
    guard current == 0 else { return false }
    return user.compareExchange(expected: 0, desired: serial, ordering: .relaxed).exchanged
  }
}

/// The target of a ``PortID`` at the moment of its use.
enum Destination {
  /// A port of this node; it may be about to die.
  case local(LocalPort)
  /// A port of another node, or that node.
  case remote(RemotePort)
  /// This node's own port, whose name is empty.
  case ownNode
  /// A port of this node that does not exist, or not any more.
  case gone

  /// The port, if it is one of this node that takes messages.
  var living: LocalPort? {
    if case .local(let port) = self, port.state == .alive { port } else { nil }
  }

  /// The reference that leads here again without a search; none where nothing can be remembered.
  var reference: PortRef? {
    switch self {
    case .local(let port): port
    case .remote(let port): port
    case .ownNode, .gone: nil
    }
  }
}
