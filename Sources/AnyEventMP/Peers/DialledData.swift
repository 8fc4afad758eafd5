/// Which data connection is dialled, and to whom.
struct DialledData {
  let id: String
  let node: String

  /// The protocol in the greeting of who dials.
  static let protocolName = "aemp-dataconn"
  /// The key of that greeting which says which one it is.
  static let idKey = "dataconn_id"
}
