/// What is fuzzed: each takes any bytes, must not trap, and holds its properties.
package enum FuzzTarget: String, CaseIterable {
  case json, cbor, packets, handshake, sealed, tls, node, configuration, certificate
  case scans, arguments, receiving, deaths
  case commandLine = "command-line"

  /// Runs one input.
  ///
  /// - Throws: ``FuzzFinding`` when a property does not hold.
  package func run(_ input: [UInt8]) throws {
    switch self {
    case .json: try fuzzJSON(input)
    case .cbor: try fuzzCBOR(input)
    case .packets: try fuzzPackets(input)
    case .handshake: try fuzzHandshake(input)
    case .sealed: try fuzzSealed(input)
    case .tls: try fuzzTLS(input)
    case .node: try fuzzNode(input)
    case .configuration: try fuzzConfiguration(input)
    case .certificate: try fuzzCertificate(input)
    case .scans: try fuzzScans(input)
    case .arguments: try fuzzArguments(input)
    case .receiving: try fuzzReceiving(input)
    case .deaths: try fuzzDeaths(input)
    case .commandLine: try fuzzCommandLine(input)
    }
  }
}

/// A property that does not hold.
struct FuzzFinding: Error, CustomStringConvertible {
  let description: String
}

/// Looks whether a property holds.
func demand(_ condition: Bool, _ property: @autoclosure () -> String) throws {
  if !condition { throw FuzzFinding(description: "does not hold: \(property())") }
}
