internal import CLibUV
internal import Glibc

/// A port: its number, or a service name, `"name=port"`, or the path of a socket if the host is
/// `"unix/"`.
public protocol TCPService {
  /// The service in text form.
  var tcpService: String { get }
}

extension Int: TCPService {
  /// The port number in text form.
  public var tcpService: String { String(self) }
}

extension UInt16: TCPService {
  /// The port number in text form.
  public var tcpService: String { String(self) }
}

extension String: TCPService {
  /// The service as it is.
  public var tcpService: String { self }
}

/// The port of a numeric service or of `"name=port"`; nil for a name alone.
func portNumber(_ service: String) -> Int? {
  let digits = service.split(separator: "=", omittingEmptySubsequences: false).last ?? ""
  guard let port = Int(digits), (0...0xFFFF).contains(port) else { return nil }
  return port
}

/// The port of a service, by number or by looking into the system's services database.
func lookUpPort(_ service: String) -> Int? {
  if let port = portNumber(service) { return port }
  var entry = servent()
  var result: UnsafeMutablePointer<servent>?
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
    guard let start = buffer.baseAddress,
      getservbyname_r(service, "tcp", &entry, start, buffer.count, &result) == 0, result != nil
    else { return nil }
    return Int(UInt16(bigEndian: UInt16(truncatingIfNeeded: entry.s_port)))
  }
}
