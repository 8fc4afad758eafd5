/// The requests to a node's own port that are about one other port, `["", request, port name, …]`.
///
/// Many thousands of them may come at once, when a node with many watched ports stops them; so they are
/// written and recognised without a `Value` for their names.
public enum PortRequest: UInt32, CaseIterable, Sendable {
  // The four letters as one big-endian number.
  /// Tell me when the port dies.
  case mon1 = 0x6d6f_6e31
  /// I no longer want to know.
  case mon0 = 0x6d6f_6e30
  /// The port, which you monitor, has died.
  case kil0 = 0x6b69_6c30
  /// Kill the port.
  case kil1 = 0x6b69_6c31

  /// The name of the request.
  public var name: String {
    switch self {
    case .mon1: "mon1"
    case .mon0: "mon0"
    case .kil0: "kil0"
    case .kil1: "kil1"
    }
  }
}
