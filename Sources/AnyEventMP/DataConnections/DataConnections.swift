import AEMPWire
import AnyEvent

/// The data connections of a node that are not made yet: those that others have announced, and those
/// that its own program wants.
///
/// A data connection comes to the node's listener like any other, with a greeting of its own, and is
/// authenticated and encrypted like any other. Only then it is looked at which one it is; it has to be
/// announced before, over the connection between the nodes, by the node that it comes from.
final class DataConnections {
  /// The function that announces one: id, port to be killed on failure, seconds, function, arguments….
  static let expectFunction = "AnyEvent::MP::DataConn::_expect"
  /// The request to dial one, of a node without listeners, with the same arguments; a request of our own.
  static let dialRequest = "x-dataconn"
  /// The first value of a reason to die.
  static let reason = "AnyEvent::MP::DataConn"

  /// So many may be announced by one node at a time, and so many dialled because it has asked for it.
  private var maximumOfNode: Int { peers.limits.dataConnections }
  /// The same in all.
  private var maximum: Int { 16 * maximumOfNode }
  /// So many seconds an announcement holds at most.
  static let maximumTime = 3600.0
  /// So many bytes an id may have.
  static let maximumID = 256
  /// So many bytes of memory arguments may take that wait with an announcement.
  static let maximumArguments = 1 << 16

  let kernel: Kernel
  let peers: Peers
  let calls: Functions
  private let database: Database
  /// What may be called with a data connection.
  var functions = DataFunctions()
  private var expected: TextDictionary<DataExpectation> = [:]
  /// Those of the program.
  private var requests: [ObjectIdentifier: DataRequest] = [:]
  /// Those that others have asked us to dial.
  private var answers: [ObjectIdentifier: DataDialler] = [:]
  /// Who waits to hear where a node listens.
  private var searching: [ObjectIdentifier: DataDialler] = [:]

  init(_ kernel: Kernel, _ peers: Peers, _ calls: Functions, _ database: Database) {
    self.kernel = kernel
    self.peers = peers
    self.calls = calls
    self.database = database
    calls.registerBuiltIn(Self.expectFunction) { [unowned self] in try expectRequested($0) }
    calls.registerBuiltIn(Self.dialRequest) { [unowned self] in try dialRequested($0) }
  }

  /// Lets go of the functions.
  func dissolve() {
    let functions = functions
    self.functions = DataFunctions()
    withExtendedLifetime(functions) {}
  }

  /// How many are announced and have not come.
  var expectedCount: Int { expected.count }

  // MARK: The program's own

  func start(_ request: DataRequest) {
    requests[ObjectIdentifier(request)] = request
    request.start()
  }

  func ended(_ request: DataRequest) {
    requests[ObjectIdentifier(request)] = nil
  }

  /// Gives up everything without a word.
  func stop() {
    for request in requests.values { request.cancel() }
    for dialler in answers.values { dialler.cancel() }
    for expectation in expected.values { expectation.cancel() }
    requests = [:]
    answers = [:]
    expected = [:]
    searching = [:]
  }

  // MARK: Announced ones

  /// Waits for a connection from a node; the expectation's `failed` is called when its time is over.
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

  /// It is not waited for any more.
  func forget(_ id: String) {
    expected.removeValue(forKey: id)?.cancel()
  }

  /// The one announced by that id, if it is from that node; each comes once.
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

  // MARK: What other nodes ask for

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
      // Who has given up does not come.
      let monitor = kernel.monitor(call.port) { [unowned self] _ in forget(call.id) }
      expectation.ended = { monitor.cancel() }
    }
  }

  /// `x-dataconn` id port seconds function arguments…: the node that asks is to be dialled.
  func dialRequested(_ call: UnsafeBufferPointer<Value>) throws {
    let call = try DataCall(call, self)
    try call.reportingFailure {
      let function = try call.function()
      guard answers.count < maximum,
        answers.values.count(where: { $0.target == call.source }) < maximumOfNode
      else {
        throw RequestError(
          "too many data connections are being dialled (see max_data_connections)")
      }
      let dialler = DataDialler(self, to: call.source, id: call.id)
      answers[ObjectIdentifier(dialler)] = dialler
      dialler.done = { [unowned self, unowned dialler] result in
        answers[ObjectIdentifier(dialler)] = nil
        switch result {
        case .success(let handle): call.run(function, handle)
        case .failure(let error): call.kill(error.description)
        }
      }
      dialler.start(within: call.seconds)
    }
  }

  // MARK: Where nodes listen

  /// Asks the database where the dialler's node listens.
  func search(for dialler: DataDialler) {
    searching[ObjectIdentifier(dialler)] = dialler
    database.find(dialler.target)
  }

  func endSearch(for dialler: DataDialler) {
    searching[ObjectIdentifier(dialler)] = nil
  }

  /// The answer of the database.
  func found(_ target: String, _ binds: [String]?) {
    for dialler in searching.values where dialler.target == target {
      endSearch(for: dialler)
      dialler.found(binds ?? [])
    }
  }

  // MARK: Functions

  /// Calls a function with a data connection; what it throws is logged and ends the connection.
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

  /// An id that nobody can guess: who knows it may take the connection's place.
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
