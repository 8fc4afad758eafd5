import Testing

@testable import AnyEventMP

@Suite("At most one connection between two nodes") struct ConnectionArbiterTests {
  @Test(
    "both dial: in every order of events exactly one connection is left",
    arguments: [[1, 1], [2, 1], [2, 2], [1, 0]])
  func twoOfOurs(dials: [Int]) {
    var search = ArbiterSearch()
    var outcomes = 0
    search.explore(ArbiterModel(firstDials: dials[0], secondDials: dials[1])) { end in
      outcomes += 1
      #expect(end.surviving.count == 1, "\(end.history)")
    } always: { state in
      // Also on the way: never two on which both sides have sent their line.
      #expect(state.surviving.count <= 1, "\(state.history)")
    }
    #expect(outcomes > 0)
  }

  @Test(
    "towards a 2.02 node our line is never on two connections at a time",
    arguments: [[1, 1], [2, 1], [1, 2], [2, 2]])
  func olderPeer(dials: [Int]) {
    var search = ArbiterSearch()
    var outcomes = 0
    search.explore(
      ArbiterModel(firstDials: dials[0], secondDials: dials[1], secondIsOlder: true)
    ) { end in
      outcomes += 1
      #expect(end.surviving.count == 1, "\(end.history)")
    } always: { state in
      let ours = state.connections.filter { $0.isOpen && $0.ends[0].isCommitted }
      #expect(ours.count <= 1, "\(state.history)")
    }
    #expect(outcomes > 0)
  }

  @Test("the connection that the lower id dialled wins once both lines could be sent")
  func preference() {
    let low = ConnectionArbiter(ownID: "a", peerID: "b", peerAgrees: true)
    let high = ConnectionArbiter(ownID: "b", peerID: "a", peerAgrees: true)
    let ownDial = ConnectionArbiter.Candidate(isDialled: true, isCommitted: true)
    #expect(low.ready(isDialled: false, others: [ownDial]) == .refuse)
    #expect(high.ready(isDialled: false, others: [ownDial]) == .take)
    #expect(low.ready(isDialled: true, others: [ownDial]) == .refuse)
    #expect(high.ready(isDialled: true, others: [ownDial]) == .refuse)
  }

  @Test("towards a 2.02 node our own dial waits for the one that it made")
  func olderPeerDialsFirst() {
    let arbiter = ConnectionArbiter(ownID: "a", peerID: "b", peerAgrees: false)
    let accepted = ConnectionArbiter.Candidate(isDialled: false, isCommitted: false)
    let committed = ConnectionArbiter.Candidate(isDialled: true, isCommitted: true)
    #expect(arbiter.ready(isDialled: true, others: [accepted]) == .hold)
    #expect(arbiter.ready(isDialled: true, others: []) == .goOn)
    #expect(arbiter.ready(isDialled: false, others: [accepted]) == .take)
    #expect(arbiter.greeted(isDialled: false, others: [committed]) == .refuse)
    #expect(arbiter.greeted(isDialled: true, others: [committed]) == .goOn)
  }
}
