import AEMPWire
import Testing

/// What the machine does while its owner thinks.
struct OwnerDecisionTests {
  private func pair(
    _ diallerAnswers: Bool = true, _ listenerAnswers: Bool = true
  ) throws -> Pair {
    let pair = try Pair(
      HandshakeConfiguration(nodeID: "alpha", secret: try Secret("s")),
      HandshakeConfiguration(nodeID: "beta", secret: try Secret("s")))
    pair.dialler.answers = diallerAnswers
    pair.listener.answers = listenerAnswers
    return pair
  }

  @Test("nothing goes on before the owner has decided about the peer")
  func verdict() throws {
    let pair = try pair(false, true)
    pair.run()
    let peer = pair.dialler.peer?.nodeID
    let last = pair.dialler.actions.last
    let waiting = pair.listener.connection == nil && pair.listener.refusal == nil
    #expect(peer == "beta")
    #expect(last?.description.hasPrefix("peerGreeting") == true)
    #expect(waiting)
    pair.dialler.answers = true
    pair.dialler.perform(pair.dialler.machine.proceed())
    pair.run()
    let done = pair.dialler.connection != nil && pair.listener.connection != nil
    #expect(done)
  }

  @Test("an unwanted peer is refused with the owner's reason")
  func unwanted() throws {
    let pair = try pair(false, true)
    pair.run()
    let reason = Refusal(.alreadyConnected, "beta is connected already")
    let actions = pair.dialler.machine.refuse(reason)
    #expect(actions == [.refused(reason)])
    let over = pair.dialler.machine.isOver
    let late = pair.dialler.machine.proceed() + pair.dialler.machine.authenticate()
    #expect(over)
    #expect(late == [])
  }

  @Test(
    "the dialler sends its authentication line only with permission, even long after theirs came")
  func permission() throws {
    let configuration = HandshakeConfiguration(nodeID: "alpha", secret: try Secret("s"))
    // A 2.02 listener that sends its line unasked is played by a dialling machine.
    let listener = Owner(
      try Handshake(
        HandshakeConfiguration(nodeID: "beta", secret: try Secret("s")), as: .dialling,
        peerAddress: "127.0.0.1:1"))
    let dialler = Owner(try Handshake(configuration, as: .dialling, peerAddress: "127.0.0.1:2"))
    dialler.start()
    listener.start()
    let greeting = dialler.takeSent()
    listener.feed(greeting)
    dialler.answers = false
    dialler.feed(listener.takeSent())
    dialler.perform(dialler.machine.proceed())
    let asked = dialler.actions.last
    let silent = dialler.takeSent()
    #expect(asked == .requestPermission)
    #expect(silent.isEmpty)
    dialler.perform(dialler.machine.authenticate())
    let line = dialler.takeSent()
    let connected = dialler.connection?.peer.nodeID
    #expect(!line.isEmpty)
    #expect(connected == "beta")
    listener.feed(line)
    let both = listener.connection?.peer.nodeID
    #expect(both == "alpha")
  }

  @Test("the accepting side asks only when the dialler is verified, and may still refuse")
  func acceptingPermission() throws {
    let pair = try pair()
    pair.dialler.start()
    pair.listener.start()
    pair.listener.answers = false
    let (there, back) = (pair.dialler.takeSent(), pair.listener.takeSent())
    pair.listener.feed(there)
    pair.listener.perform(pair.listener.machine.proceed())
    #expect(!pair.listener.actions.contains(.requestPermission))
    let verifiedEarly = pair.listener.machine.hasVerifiedPeer
    #expect(!verifiedEarly)
    pair.dialler.feed(back)
    pair.listener.feed(pair.dialler.takeSent())
    let asked = pair.listener.actions.last
    #expect(asked == .requestPermission)
    let verified = pair.listener.machine.hasVerifiedPeer
    #expect(verified)
    let refused = pair.listener.machine.refuse(Refusal(.alreadyConnected, "the other one wins"))
    #expect(refused == [.refused(Refusal(.alreadyConnected, ""))])
    let atDialler = pair.dialler.machine.endOfStream()
    #expect(atDialler == [.refused(Refusal(.refusedByPeer, ""))])
  }

  @Test("what follows the handshake is handed over, also when it came while the owner was thinking")
  func rest() throws {
    let pair = try pair()
    pair.dialler.start()
    pair.listener.start()
    pair.listener.answers = false
    pair.dialler.feed(pair.listener.takeSent())
    pair.listener.feed(pair.dialler.takeSent() + [0x80, 0x0A, 0x0D])
    pair.listener.feed([0x81])
    pair.listener.perform(pair.listener.machine.proceed())
    pair.listener.feed([0x82])
    pair.listener.perform(pair.listener.machine.authenticate())
    let rest = pair.listener.connection?.rest
    #expect(rest == [0x80, 0x0A, 0x0D, 0x81, 0x82])
  }

  @Test("packets of any size may follow the authentication line at once")
  func largeRest() throws {
    let pair = try pair()
    pair.dialler.start()
    pair.listener.start()
    pair.listener.feed(pair.dialler.takeSent())
    pair.dialler.feed(pair.listener.takeSent())
    pair.listener.feed(pair.dialler.takeSent())
    let packets = [UInt8](repeating: 10, count: 1_000_000)
    pair.dialler.feed(pair.listener.takeSent() + packets)
    let rest = pair.dialler.connection?.rest
    #expect(rest == packets)
  }

  @Test(
    "an end of stream or a time-out while the owner thinks ends the handshake",
    arguments: [false, true])
  func interrupted(atEnd: Bool) throws {
    let pair = try pair(false, false)
    pair.run()
    let actions = atEnd ? pair.dialler.machine.endOfStream() : pair.dialler.machine.timedOut()
    #expect(actions == [.refused(Refusal(atEnd ? .endOfStream : .timedOut, ""))])
    let late = pair.dialler.machine.proceed()
    #expect(late == [])
  }

  @Test("a question answered that was not asked stops with a sentence")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var machine = try Handshake(
        HandshakeConfiguration(nodeID: "a"), as: .dialling, peerAddress: "")
      _ = machine.proceed()
    }
    await #expect(processExitsWith: .failure) {
      var machine = try Handshake(
        HandshakeConfiguration(nodeID: "a"), as: .dialling, peerAddress: "")
      _ = machine.authenticate()
    }
  }
}
