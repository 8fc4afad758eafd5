extension NodeStatus: MessageConvertible {
  /// The hash that `x-status` answers with.
  public var messageValue: Value {
    .hash([
      "node": .string(node), "provider": .string(provider), "version": .string(version),
      "uptime": .double(uptime), "pid": .int(processID), "global": .bool(isGlobal),
      "master": master.map(Value.string) ?? .null,
      "binds": .array(listeners.map(Value.string)), "ports": .int(portCount),
      "connections": .array(connections.map(\.messageValue)),
    ])
  }

  /// What the answer to `x-status` says; nil when it is no hash that names its node.
  ///
  /// What is missing or cannot be understood counts as not there.
  public init?(messageValue value: Value) {
    guard let node = value["node"].string, !node.isEmpty else { return nil }
    self.node = node
    provider = value["provider"].string ?? ""
    version = value["version"].string ?? ""
    uptime = value["uptime"].double ?? 0
    processID = value["pid"].int ?? 0
    isGlobal = value["global"].bool
    master = value["master"].string
    listeners = (value["binds"].array ?? []).compactMap(\.string)
    portCount = value["ports"].int ?? 0
    connections = (value["connections"].array ?? []).compactMap(Connection.init(messageValue:))
  }
}

extension NodeStatus.Connection: MessageConvertible {
  /// One element of the array `connections`.
  public var messageValue: Value {
    .hash([
      "node": .string(node), "address": .string(address), "dialled": .bool(isDialled),
      "provider": .string(provider), "sends": .string(sendFraming),
      "receives": .string(receiveFraming), "auth": .string(authMethod),
      "sent_auth": .string(sentAuthMethod), "cipher": .string(cipher),
      "queued": .int(queuedBytes),
    ])
  }

  /// What an element says; nil when it is no hash that names a node.
  public init?(messageValue value: Value) {
    guard let node = value["node"].string, !node.isEmpty else { return nil }
    self.node = node
    address = value["address"].string ?? ""
    isDialled = value["dialled"].bool
    provider = value["provider"].string ?? ""
    sendFraming = value["sends"].string ?? ""
    receiveFraming = value["receives"].string ?? ""
    authMethod = value["auth"].string ?? ""
    sentAuthMethod = value["sent_auth"].string ?? ""
    cipher = value["cipher"].string ?? ""
    queuedBytes = value["queued"].int ?? 0
  }
}
