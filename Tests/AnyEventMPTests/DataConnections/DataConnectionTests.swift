import AEMPWire
import AnyEvent
import AnyEventMP
import Glibc
import TestSupport
import Testing

/// How the nodes of a test authenticate and encrypt.
enum Encryption: String, CaseIterable, CustomTestStringConvertible {
  case none, sealed, tls

  var testDescription: String { rawValue }

  func node(
    _ loop: Loop, _ name: String, binds: [String] = ["127.0.0.1:*"], seeds: [String] = [],
    secure: Bool? = nil, monitorTimeout: Double? = nil
  ) throws -> Node {
    let node = Node(on: loop)
    let methods: [String]? = self == .none ? ["hmac_sha3_512"] : nil
    try node.configure(
      ConfigurationArguments(
        "test", nodeid: TestName.next(name), binds: binds, seeds: seeds,
        secret: self == .tls ? nil : "the tests' secret",
        cert: self == .tls ? try TestFiles.pem("ec") : nil, monitor_timeout: monitorTimeout,
        auth_offer: methods, auth_accept: methods, secure: secure, norc: true))
    return node
  }
}

@Suite("Data connections") struct DataConnectionTests {
  /// Runs `body` with two connected nodes, of which the first has dialled the second.
  private func withNodes(
    _ encryption: Encryption = .sealed, farBinds: [String] = ["127.0.0.1:*"],
    nearBinds: [String] = [], secure: Bool? = nil,
    _ body: (_ near: Node, _ far: Node, Loop) throws -> Void
  ) throws {
    try withLoop { loop in
      // Who has no listeners dials.
      let isFarFirst = !farBinds.isEmpty
      let first = try encryption.node(
        loop, "first", binds: isFarFirst ? farBinds : nearBinds,
        secure: isFarFirst ? secure : nil)
      defer { first.close() }
      let second = try encryption.node(
        loop, "second", binds: isFarFirst ? nearBinds : farBinds, seeds: [first.address],
        secure: isFarFirst ? nil : secure)
      defer { second.close() }
      loop.run(until: { first.isConnected(to: second) && second.isConnected(to: first) })
      try body(isFarFirst ? second : first, isFarFirst ? first : second, loop)
    }
  }

  /// The two ends of a data connection.
  private func connect(_ near: Node, _ far: Node, _ loop: Loop) throws -> (Handle, Handle) {
    var (here, there): (Handle?, Handle?)
    far.run { DataConn.sub("My::data") { (handle: Handle) in there = handle } }
    near.connectData(to: far.id, within: 30, function: "My::data") { here = try $0.get() }
    loop.run(until: { here != nil && there != nil })
    return (try #require(here), try #require(there))
  }

  @Test(
    "a task that reads gets all that came in one piece with the end",
    arguments: Encryption.allCases)
  func linesWithEnd(encryption: Encryption) throws {
    try withNodes(encryption) { near, far, loop in
      for (text, byLines) in [
        ("a\nb\nc\n", true), ("a\nb\nrest", true), ("a\nb\nc\n", false), ("a\nb\nrest", false),
      ] {
        let (here, there) = try connect(near, far, loop)
        var lines: [String] = []
        let go = CondVar<Void>(on: loop)
        let reading = loop.attempt {
          if byLines {
            for try await line in there.lines {
              lines.append(line)
              // The end comes while the task does something else.
              if lines.count == 1 { try await go.value }
            }
          } else {
            while true { lines.append(try await there.read(.line)) }
          }
        }
        loop.settle()
        here.push_write(text)
        here.push_shutdown()
        loop.run(until: { !lines.isEmpty })
        loop.settle()
        go.send()
        loop.run(until: { reading.result != nil })
        let all = text.split(separator: "\n").map { String($0) }
        if byLines {
          #expect(lines == all && reading.error == nil)
        } else {
          // A line that does not end is none.
          #expect(lines == (text.hasSuffix("\n") ? all : all.dropLast()))
          #expect((reading.error as? HandleError)?.code == EPIPE)
        }
        here.destroy()
        there.destroy()
      }
    }
  }

  @Test(
    "both ends say what they like, of all sizes, and end in order", arguments: Encryption.allCases)
  func streams(_ encryption: Encryption) throws {
    try withNodes(encryption) { near, far, loop in
      let (here, there) = try connect(near, far, loop)
      for (from, to) in [(here, there), (there, here)] {
        var sent: [UInt8] = []
        for size in [1, 100, 65_535, 65_537, 3_000_000, 1] {
          let part = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
          sent += part
          from.push_write(part)
        }
        var got: [UInt8] = []
        var isAtEnd = false
        to.on_error = { _, _, message in Issue.record("\(message)") }
        to.on_eof = { _ in isAtEnd = true }
        to.on_read = {
          got += $0.rbuf.bytes
          $0.rbuf.removeFirst($0.rbuf.count)
        }
        from.push_shutdown()
        loop.run(until: { isAtEnd })
        #expect(got == sent)
      }
      for handle in [here, there] {
        switch encryption {
        case .none: #expect(handle.tls_cipher == nil)
        case .sealed: #expect(handle.tls_cipher == "X25519 ChaCha20-Poly1305")
        case .tls: #expect(handle.tls_cipher?.hasPrefix("TLSv1.3") == true)
        }
        handle.destroy()
      }
    }
  }

  @Test(
    "what both ends write in their first callback arrives, with arguments of all types",
    arguments: Encryption.allCases)
  func firstWords(_ encryption: Encryption) throws {
    try withNodes(encryption) { near, far, loop in
      var lines: [String] = []
      var handles: [Handle] = []
      far.run {
        DataConn.sub("My::greet") { (name: String, number: Int, handle: Handle) in
          #expect(SRCNODE == near.id)
          handles.append(handle)
          handle.push_write(.line, "hello \(name) \(number)")
          handle.push_read(.line) { _, line in lines.append(line) }
        }
      }
      near.run {
        DataConn.connect_to(far.id, 30, "My::greet", "near", 7) { handle in
          handles.append(handle)
          handle.push_write(.line, "hello far")
          handle.push_read(.line) { _, line in lines.append(line) }
        }
      }
      loop.run(until: { lines.count == 2 })
      #expect(lines.sorted() == ["hello far", "hello near 7"])
      for handle in handles { handle.destroy() }
    }
  }

  @Test("a connection whose handles nobody keeps ends at once, in order")
  func forgotten() throws {
    for encryption in Encryption.allCases {
      try withNodes(encryption) { near, far, loop in
        var isAtEnd = false
        var here: Handle?
        far.run { DataConn.sub("My::data") { (_: Handle) in } }
        near.connectData(to: far.id, within: 30, function: "My::data") { result in
          here = try result.get()
          here?.on_error = { _, _, message in Issue.record("\(message)") }
          here?.on_eof = { _ in isAtEnd = true }
          here?.on_read = { _ in }
        }
        loop.run(until: { isAtEnd })
        here?.destroy()
      }
    }
  }

  @Test("a node without listeners is reached by asking it to dial", arguments: Encryption.allCases)
  func reverse(_ encryption: Encryption) throws {
    try withNodes(encryption, farBinds: [], nearBinds: ["127.0.0.1:*"]) { near, far, loop in
      let (here, there) = try connect(near, far, loop)
      var got: String?
      there.push_read(.line) { _, line in got = line }
      here.push_write("over there\n")
      loop.run(until: { got == "over there" })
      // Neither is waited for any more.
      #expect(near.monitorCount(on: far.id) == 0 && far.monitorCount(on: near.id) == 0)
      for handle in [here, there] { handle.destroy() }
    }
  }

  @Test("a node connects to itself by a pair of sockets")
  func ownNode() throws {
    try withNode { node, loop in
      let (here, there) = try connect(node, node, loop)
      var got: String?
      there.push_read(.line) { _, line in got = line }
      here.push_write("nearby\n")
      loop.run(until: { got == "nearby" })
      for handle in [here, there] { handle.destroy() }
    }
  }

  @Test("one to the own node whose time is over before it begins, or whose node closes, just fails")
  func ownNodeTooLate() {
    withNode { node, loop in
      DataConn.sub("My::data") { (_: Handle) in Issue.record("called") }
      var reasons: [String] = []
      func connect(within seconds: Double) {
        node.connectData(to: node.id, within: seconds, function: "My::data") { result in
          if case .failure(let error) = result { reasons.append(error.description) }
        }
      }
      // So much is put off before it that the time limit comes first.
      for _ in 0..<10_000 { node.later {} }
      connect(within: 0)
      loop.run(until: { !reasons.isEmpty })
      #expect(reasons == ["unable to establish connection within 0 seconds"])
      loop.settle()
      connect(within: 10)
      node.close()
      loop.settle()
      #expect(reasons.count == 1)
    }
  }

  @Test("bulk data does not delay messages")
  func bulk() throws {
    try withNodes { near, far, loop in
      let (here, there) = try connect(near, far, loop)
      // Nobody reads it.
      here.push_write([UInt8](repeating: 1, count: 32 << 20))
      var isThere = false
      let p = far.run { rcv(port(), "tag") { isThere = true } }
      near.run { snd(p, "tag") }
      loop.run(until: { isThere })
      #expect(near.queuedBytes(for: far.id) == 0)
      here.linger = 0
      for handle in [here, there] { handle.destroy() }
    }
  }

  @Test(
    "nobody in between reads anything of it, or changes it unnoticed",
    arguments: [
      Encryption.sealed, .tls,
    ])
  func middleMan(_ encryption: Encryption) throws {
    try withMiddleMan(making: { try encryption.node($0, $1, seeds: $2) }) {
      near, far, man, loop in
      let (here, there) = try connect(near, far, loop)
      var got: String?
      there.push_read(.line) { _, line in got = line }
      here.push_write("the quick brown fox\n")
      loop.run(until: { got == "the quick brown fox" })
      let seen = String(decoding: man.seen[.there] ?? [], as: UTF8.self)
      #expect(seen.contains("aemp-dataconn;1;"))
      #expect(!seen.contains("quick brown"))
      var error: String?
      there.on_read = { _ in Issue.record("changed data was delivered") }
      there.on_error = { _, _, message in error = message }
      man.change = { way, bytes in
        var bytes = bytes
        if way == .there { bytes[bytes.count - 1] ^= 1 }
        return bytes
      }
      here.push_write("jumps over the lazy dog\n")
      loop.run(until: { error != nil })
      here.destroy()
    }
  }

  // MARK: Failures

  /// Why there is no connection.
  private func failure(
    _ near: Node, to far: String, within seconds: Double = 30, _ loop: Loop,
    _ arguments: [Value] = []
  ) -> String {
    var reason: String?
    near.connectData(to: far, within: seconds, function: "My::data", arguments) { result in
      switch result {
      case .success: reason = "connected"
      case .failure(let error): reason = error.description
      }
    }
    loop.run(until: { reason != nil })
    return reason ?? ""
  }

  @Test("a function that is not there is named as the reason, by this node and by another")
  func noFunction() throws {
    try withNodes { near, far, loop in
      for id in [far.id, near.id] {
        #expect(
          failure(near, to: id, loop).contains("no function for data connections is registered"))
      }
      // One that is registered for calls without a connection is none.
      far.run { sub("My::data") { _ in } }
      #expect(failure(near, to: far.id, loop).contains("is registered by the name"))
    }
  }

  @Test("a node that is secure makes none, and who dials is told that it is not expected")
  func secure() throws {
    try withNodes(secure: true) { near, far, loop in
      far.run { DataConn.sub("My::data") { (_: Handle) in Issue.record("called") } }
      #expect(failure(near, to: far.id, loop).contains("does not expect this connection"))
    }
  }

  @Test("two nodes without listeners have no data connection, and learn it before the time is over")
  func noListeners() throws {
    try withLoop { loop in
      let seed = try Encryption.sealed.node(loop, "seed")
      defer { seed.close() }
      let (a, b) = (
        try Encryption.sealed.node(loop, "a", binds: [], seeds: [seed.address]),
        try Encryption.sealed.node(loop, "b", binds: [], seeds: [seed.address])
      )
      defer { for node in [a, b] { node.close() } }
      a.run { DataConn.sub("My::data") { (_: Handle) in Issue.record("called") } }
      loop.run(until: { a.isConnected(to: seed) && b.isConnected(to: seed) })
      let text = failure(b, to: a.id, loop)
      #expect(text.contains("connection to \(a.id) lost") && text.contains("no known address"))
    }
  }

  @Test("a node that is not there, that is lost, or that does not answer in time is named")
  func lost() throws {
    try withNodes { near, far, loop in
      #expect(failure(near, to: "nowhere", within: 0, loop).hasSuffix("within 0 seconds"))
      #expect(failure(near, to: "nowhere", within: .nan, loop).hasSuffix("within 0 seconds"))
      #expect(failure(near, to: TestName.next("nobody"), loop).contains("lost: transport_error"))
      var reason: String?
      near.connectData(to: far.id, within: 30, function: "My::data") { result in
        if case .failure(let error) = result { reason = error.description }
      }
      far.close()
      loop.run(until: { reason != nil })
      #expect(reason?.hasPrefix("connection to \(far.id) lost") == true)
    }
  }

  @Test("arguments that take more than they may are refused with a sentence")
  func manyArguments() throws {
    try withNodes { near, far, loop in
      far.run { DataConn.sub("My::data") { (_: Message, _: Handle) in Issue.record("called") } }
      let large = Value.string(String(repeating: "x", count: 1 << 16))
      #expect(failure(near, to: far.id, loop, [large]).contains("the arguments take more than"))
    }
  }

  @Test("by its Perl name a failure kills the port that wanted it, and outside of one is logged")
  func perlNames() throws {
    try withNodes { near, far, loop in
      var reason: Message?
      near.run {
        let p = rcv(port(), "go") { DataConn.connect_to(far.id, 30, "My::data") { _ in } }
        mon(p) { reason = $0 }
        snd(p, "go")
      }
      loop.run(until: { reason != nil })
      #expect(reason?.values.first == "AnyEvent::MP::DataConn")
      #expect(reason?.values.count == 2)
      near.run { DataConn.connect_to(far.id, 30, "My::data") { _ in } }
      loop.run(until: {
        !LogCollector.shared.lines(with: "data connection to \(far.id):", upTo: .error).isEmpty
      })
    }
  }

  @Test("a port that dies meanwhile gets no connection, and what a function throws ends its own")
  func deadCaller() throws {
    try withNodes { near, far, loop in
      var ended = 0
      var here: Handle?
      far.run {
        DataConn.sub("My::data") { (word: String, handle: Handle) in
          if word == "throw" { throw die("no") }
          handle.on_error = { [handle] _, _, _ in withExtendedLifetime(handle) { ended += 1 } }
          handle.on_eof = { [handle] _ in withExtendedLifetime(handle) { ended += 1 } }
          handle.on_read = { _ in }
        }
      }
      near.run {
        let p = rcv(port(), "go") {
          DataConn.connect_to(far.id, 30, "My::data", "stay") { _ in Issue.record("called") }
          kil(SELF)
        }
        snd(p, "go")
      }
      loop.run(until: { ended == 1 })
      near.connectData(to: far.id, within: 30, function: "My::data", ["throw"]) { result in
        here = try result.get()
        here?.on_eof = { _ in ended += 1 }
        here?.on_read = { _ in }
      }
      loop.run(until: { ended == 2 })
      here?.destroy()
      here = nil
    }
  }
}
