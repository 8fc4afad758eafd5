/// What an error message tells the user to write.
extension Setting {
  /// A value that makes sense, as one would type it.
  private var exampleText: String {
    switch self {
    case .nodeID: "anon/"
    case .secret: "geheimnis"
    case .secrets: "new-secret,old-secret"
    case .certificate: "-----BEGIN CERTIFICATE-----"
    case .binds: "*:4040"
    case .seeds: "10.0.0.1:4040"
    case .services: "My::Service::"
    case .eval: "1"
    case .monitorTimeout: "30"
    case .connectInterval: "2"
    case .heartbeat: "5"
    case .heartbeatTimeout: "15"
    case .framingFormat: "cbor,json"
    case .authOffer, .authAccept: "secretbox_x25519,tls_sha3_512,hmac_sha3_512"
    case .secure, .nodelay: "1"
    case .autocork: "0"
    case .handshakeTimeout: "10"
    case .maxStrangers, .maxStrangersPerAddress, .maxDials, .maxAddresses, .maxPacket, .maxDepth,
      .maxValues, .maxName,
      .maxQueue, .maxQueues,
      .maxSpawned, .maxDatabase, .maxMonitors, .maxDataConnections, .maxCaughtLines, .maxLogLines:
      String(standardLimit ?? 0)
    case .parent: "base"
    }
  }

  /// The setting with a value that makes sense, as it stands in the file.
  private var exampleInFile: String {
    let value =
      switch kind {
      case .number, .flag: exampleText
      case .text: "\"\(exampleText)\""
      case .services: #"["My::Service::", ["My::function", 1, 2]]"#
      case .list:
        "[" + exampleText.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ", ") + "]"
      }
    return "\"\(rawValue)\": \(value)"
  }

  /// A command that sets the setting to a value that makes sense.
  package var exampleOnCommandLine: String {
    let isSpecial = exampleText.utf8.contains(UInt8(ascii: "*"))
    return "set\(rawValue) " + (isSpecial ? "'\(exampleText)'" : exampleText)
  }

  /// The setting with a value that makes sense, as one writes it at the place it came from.
  func example(_ origin: SettingOrigin) -> String {
    origin == .commandLine ? exampleOnCommandLine : exampleInFile
  }
}
