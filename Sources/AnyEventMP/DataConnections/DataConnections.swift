import AEMPWire
import AnyEvent

/// The data connections of a node that are not made yet: announced by other nodes, or wanted by its own program.
///
/// A data connection arrives at the node's listener with a greeting of its own, and is
/// authenticated and encrypted like any other. Then it is assigned to its announcement, which the
/// node that it comes from has sent before over the link.
final class DataConnections {
  /// The function that announces a data connection: id, port to kill on failure, seconds, function, arguments….
  static let expectFunction = "AnyEvent::MP::DataConn::_expect"
  /// The request to dial a data connection, sent to a node without listeners, with the same arguments.
  ///
  /// Nodes in Perl do not know it.
  static let dialRequest = "x-dataconn"
  /// The first value of the reason with which the requester's port is killed.
  static let reason = "AnyEvent::MP::DataConn"

  /// The most that one node may announce at a time, and the most that are dialled at its request.
  private var maximumOfNode: Int { peers.limits.dataConnections }
  /// The most that all nodes together may announce or have dialled.
  private var maximum: Int { 16 * maximumOfNode }
  /// The longest time that an announcement holds, in seconds.
  static let maximumTime = 3600.0
  /// The most bytes of an id.
  static let maximumID = 256
  /// The most bytes of memory for the arguments that wait with an announcement.
  static let maximumArguments = 1 << 16

  let kernel: Kernel
  let peers: Peers
  let functions: Functions
  private let database: Database
  /// The functions that can be called with a data connection.
  var dataFunctions = DataFunctions()
  private var expected: TextDictionary<DataExpectation> = [:]
  /// The requests of the program.
  private var requests: [ObjectIdentifier: DataRequest] = [:]
  /// The dials at the request of other nodes.
  private var dialsForOthers: [ObjectIdentifier: DataDialler] = [:]
  /// The dials that wait for the addresses of a node.
  private var searching: [ObjectIdentifier: DataDialler] = [:]

  init(_ kernel: Kernel, _ peers: Peers, _ functions: Functions, _ database: Database) {
    self.kernel = kernel
    self.peers = peers
    self.functions = functions
    self.database = database
    functions.registerBuiltIn(Self.expectFunction) { [unowned self] in try expectRequested($0) }
    functions.registerBuiltIn(Self.dialRequest) { [unowned self] in try dialRequested($0) }
  }

  /// Drops the functions.
  func dissolve() {
    let functions = dataFunctions
    dataFunctions = DataFunctions()
    withExtendedLifetime(functions) {}
  }

  // MARK: Requests of the program

  func start(_ request: DataRequest) {
    requests[ObjectIdentifier(request)] = request
    request.start()
  }

  func ended(_ request: DataRequest) {
    requests[ObjectIdentifier(request)] = nil
  }

  /// Ends all attempts and announcements without a report.
  func stop() {
    for request in requests.values { request.cancel() }
    for dialler in dialsForOthers.values { dialler.cancel() }
    for expectation in expected.values { expectation.cancel() }
    requests = [:]
    dialsForOthers = [:]
    expected = [:]
    searching = [:]
  }

  // MARK: Announcements

  /// Expects a connection from a node; the expectation's `failed` is called when its time is over.
  func expect(_ id: String, _ expectation: DataExpectation, within seconds: Double) throws {
    guard (1...Self.maximumID).contains(id.utf8.count),
      id.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else { throw RequestError("the id is not of 1 to \(Self.maximumID) printable characters") }
    guard expected[id] == nil else { throw RequestError("there is such an id already") }
    guard expected.count < maximum,
      expected.values.count(where: { $0.node == expectation.node }) < maximumOfNode
    else {
      throw RequestError(
        "too many data connections are announced and have not come (see max_data_connections)")
    }
    expected[id] = expectation
    expectation.timeLimit = kernel.loop.timer(after: seconds) { [unowned self] in
      guard let expectation = expected.removeValue(forKey: id) else { return }
      expectation.fail(Self.late(after: seconds))
    }
  }

  /// Withdraws an announcement.
  func forget(_ id: String) {
    expected.removeValue(forKey: id)?.cancel()
  }

  /// Takes out the expected data connection with this id, if it is announced by that node; each is taken once.
  func take(_ id: String, from node: String) -> DataExpectation? {
    guard let expectation = expected[id], expectation.node == node else { return nil }
    expected[id] = nil
    expectation.cancel()
    return expectation
  }

  static func late(after seconds: Double) -> String {
    let text = seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    return "unable to establish connection within \(text) seconds"
  }

  // MARK: Requests of other nodes

  /// `_expect` id port seconds function arguments….
  func expectRequested(_ call: UnsafeBufferPointer<Value>) throws {
    let call = try DataCall(call, self)
    try call.reportingFailure {
      let function = try call.function()
      let expectation = DataExpectation(
        node: call.source,
        connected: { handle in call.run(function, handle) },
        failed: { text in call.kill(text) })
      try expect(call.id, expectation, within: call.seconds)
      // The requester kills the port when it gives up, and then no connection will come.
      let monitor = kernel.monitor(call.port) { [unowned self] _ in forget(call.id) }
      expectation.ended = { monitor.cancel() }
    }
  }

  /// `x-dataconn` id port seconds function arguments…: dials the requesting node.
  func dialRequested(_ call: UnsafeBufferPointer<Value>) throws {
    let call = try DataCall(call, self)
    try call.reportingFailure {
      let function = try call.function()
      guard dialsForOthers.count < maximum,
        dialsForOthers.values.count(where: { $0.target == call.source }) < maximumOfNode
      else {
        throw RequestError(
          "too many data connections are being dialled (see max_data_connections)")
      }
      let dialler = DataDialler(self, to: call.source, id: call.id)
      dialsForOthers[ObjectIdentifier(dialler)] = dialler
      dialler.done = { [unowned self, unowned dialler] result in
        dialsForOthers[ObjectIdentifier(dialler)] = nil
        switch result {
        case .success(let handle): call.run(function, handle)
        case .failure(let error): call.kill(error.description)
        }
      }
      dialler.start(within: call.seconds)
    }
  }

  // MARK: Addresses of nodes

  /// Asks the database for the addresses of the dialler's node.
  func search(for dialler: DataDialler) {
    searching[ObjectIdentifier(dialler)] = dialler
    database.find(dialler.target)
  }

  func endSearch(for dialler: DataDialler) {
    searching[ObjectIdentifier(dialler)] = nil
  }

  /// Takes the answer of the database.
  func found(_ target: String, _ binds: [String]?) {
    for dialler in searching.values where dialler.target == target {
      endSearch(for: dialler)
      dialler.found(binds ?? [])
    }
  }

  // MARK: Functions

  /// Calls a function with a data connection; an error is logged and ends the connection.
  func run(
    _ function: DataFunctions.Function, _ call: [Value], _ handle: Handle, from source: String
  ) {
    let before = kernel.source
    kernel.source = source == kernel.id ? nil : peers.entries[source]
    defer { kernel.source = before }
    kernel.peval(nil) {
      do {
        try call.withUnsafeBufferPointer { try function.call($0, handle) }
      } catch {
        handle.destroy()
        throw error
      }
    }
  }

  /// A random id that cannot be guessed: a node that knew it could take the place of the connection.
  func makeID() -> String {
    var digits = ""
    for _ in 0..<2 {
      let word = UInt64.random(in: .min ... .max, using: &peers.surroundings.random)
      let text = String(word, radix: 16)
      digits += String(repeating: "0", count: 16 - text.utf8.count) + text
    }
    return "\(digits)@\(kernel.id)"
  }
}
