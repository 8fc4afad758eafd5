import AnyEvent
import AnyEventMP
import Glibc

/// The nodes of the benchmarks: no configuration file, one secret from the environment.
enum BenchNode {
  /// The node id of the process that listens.
  static let serverID = "server"

  /// Starts the node that listens on `address`, and says so on standard output.
  static func startServer(_ address: String, framing: String = "cbor") {
    start(serverID, binds: [address], seeds: [], framing)
  }

  /// Starts a node with the server as its seed.
  static func startClient(_ address: String, framing: String = "cbor") {
    start("client\(getpid())", binds: [], seeds: [address], framing)
  }

  private static func start(_ id: String, binds: [String], seeds: [String], _ framing: String) {
    configure(
      nodeid: id, binds: binds, seeds: seeds, secret: secret, cert: certificate,
      framing_format: [framing],
      auth_offer: methods, auth_accept: methods, norc: true)
  }

  /// How the nodes authenticate; encrypted only if the driver wants that.
  static var methods: [String] {
    [getenv("AEMP_BENCH_AUTH").map { String(cString: $0) } ?? "hmac_sha3_512"]
  }

  /// Key and certificate of the nodes, when the driver wants TLS.
  static var certificate: String? {
    guard methods == ["tls_sha3_512"], let path = certificateFile else { return nil }
    guard let file = fopen(path, "r") else { fail("\(path) cannot be read") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// The file in PEM format that the driver made.
  static var certificateFile: String? {
    getenv("AEMP_BENCH_CERT").map { String(cString: $0) }
  }

  /// The shared secret that the driver made.
  static var secret: String {
    guard let text = getenv("AEMP_BENCH_SECRET") else { fail("AEMP_BENCH_SECRET is not set") }
    return String(cString: text)
  }

  /// Tells the driver that messages can be sent to this port.
  static func ready(_ port: PortID) {
    print("READY \(port.id)")
    fflush(nil)
  }

  /// Calls `body` when the server is connected and the agreed time has come.
  static func whenConnected(_ body: @escaping () -> Void) {
    guard Node.current.connectedNodes.contains(serverID) else {
      return after(0.005) { whenConnected(body) }
    }
    after(settlingTime, body)
  }

  /// Runs the loop until standard input is closed.
  static func runUntilStopped() throws {
    let stopped = AE.cv()
    let watcher = AE.io(STDIN_FILENO, .read) {
      var byte: UInt8 = 0
      if read(STDIN_FILENO, &byte, 1) <= 0 { stopped.send() }
    }
    try stopped.recv()
    watcher.cancel()
  }

  /// Several senders start at a common time; a single one waits for the machine to calm down.
  private static var settlingTime: Double {
    guard let text = getenv("START_AT"), let time = Double(String(cString: text)) else {
      return 0.4
    }
    return max(0, time - AE.time)
  }
}
