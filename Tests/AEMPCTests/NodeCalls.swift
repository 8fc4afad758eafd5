import CAEMP
import TestSupport

/// A call of one function of a node, with arguments that are right but for the node.
struct NodeCall: CustomStringConvertible, @unchecked Sendable {
  let name: String
  /// Whether the function takes user data and what frees it.
  let takesUserData: Bool
  let call: (_ node: OpaquePointer?, _ port: OpaquePointer?, _ ud: UnsafeMutableRawPointer?) -> CInt

  var description: String { name }

  private init(
    _ name: String, ud takesUserData: Bool = false,
    _ call: @escaping (OpaquePointer?, OpaquePointer?, UnsafeMutableRawPointer?) -> CInt
  ) {
    self.name = name
    self.takesUserData = takesUserData
    self.call = call
  }

  /// All functions that only the loop's thread may call.
  static let all: [NodeCall] = [
    NodeCall("aemp_configure", ud: true) { aemp_configure($0, nil, nil, $2, freeing) },
    NodeCall("aemp_node_ref") { node, _, _ in aemp_node_ref(node) },
    NodeCall("aemp_node_unref") { node, _, _ in aemp_node_unref(node) },
    NodeCall("aemp_on_log", ud: true) { aemp_on_log($0, 4, { _, _, _, _, _ in }, $2, freeing) },
    NodeCall("aemp_on_trace", ud: true) { aemp_on_trace($0, { _, _, _ in }, $2, freeing) },
    NodeCall("aemp_port_new") { node, _, _ in
      var port: OpaquePointer?
      defer { aemp_port_release(port) }
      return aemp_port_new(node, &port)
    },
    NodeCall("aemp_port_is_local") { node, port, _ in aemp_port_is_local(node, port) },
    NodeCall("aemp_rcv", ud: true) { aemp_rcv($0, $1, "tag", recording, $2, freeing) },
    NodeCall("aemp_snd") { node, port, _ in sendOne(node, port, aemp_int(1)) },
    NodeCall("aemp_snd_to_func") { node, _, _ in aemp_snd_to_func(node, "other", "f", nil, 0) },
    NodeCall("aemp_mon", ud: true) { aemp_mon($0, $1, recordingReason, $2, freeing, nil) },
    NodeCall("aemp_mon_kil") { node, port, _ in aemp_mon_kil(node, port, port, nil) },
    NodeCall("aemp_mon_snd") { node, port, _ in aemp_mon_snd(node, port, port, nil, 0, nil) },
    NodeCall("aemp_cal", ud: true) { aemp_cal($0, $1, 60, nil, 0, recordingReason, $2, freeing) },
    NodeCall("aemp_sub", ud: true) { node, _, ud in aemp_sub(node, "f", recording, ud, freeing) },
    NodeCall("aemp_spawn") { node, _, _ in aemp_spawn(node, "other", "f", nil, 0, nil) },
    NodeCall("aemp_db_set") { node, _, _ in aemp_db_set(node, "family", "key", nil) },
    NodeCall("aemp_db_del") { node, _, _ in
      var keys: [UnsafePointer<CChar>?] = [nil]
      return aemp_db_del(node, "family", &keys)
    },
    NodeCall("aemp_db_reg") { node, port, _ in aemp_db_reg(node, "family", port, nil, nil) },
    NodeCall("aemp_db_get", ud: true) { node, _, ud in
      aemp_db_get(node, "family", recordingValue, ud, freeing)
    },
    NodeCall("aemp_db_mon", ud: true) { node, _, ud in
      aemp_db_mon(node, "family", { _, _, _, _, _, _ in }, ud, freeing, nil)
    },
    NodeCall("aemp_mon_nodes", ud: true) { node, _, ud in
      aemp_mon_nodes(node, { _, _, _, _, _ in }, ud, freeing, nil)
    },
    NodeCall("aemp_node_is_up") { node, _, _ in aemp_node_is_up(node, "other") },
    NodeCall("aemp_status") { node, _, _ in
      var value: OpaquePointer?
      defer { aemp_value_release(value) }
      return aemp_status(node, &value)
    },
    NodeCall("aemp_queued_bytes") { node, _, _ in CInt(aemp_queued_bytes(node, "other")) },
    NodeCall("aemp_when_drained", ud: true) { node, _, ud in
      aemp_when_drained(node, "other", recordingNode, ud, freeing)
    },
    // Last, because the node dies of it.
    NodeCall("aemp_kil") { node, port, _ in aemp_kil(node, port, nil, 0) },
  ]

  /// Those that any thread may call.
  static let fromAnywhere: [NodeCall] = [
    NodeCall("aemp_post", ud: true) { node, _, ud in aemp_post(node, recordingNode, ud, freeing) },
    NodeCall("aemp_post_snd") { node, port, _ in
      var argument = aemp_int(1)
      return aemp_post_snd(node, port, &argument, 1)
    },
  ]
}

/// Sends a message of one value.
func sendOne(_ node: OpaquePointer?, _ port: OpaquePointer?, _ argument: aemp_arg) -> CInt {
  var argument = argument
  return aemp_snd(node, port, &argument, 1)
}
