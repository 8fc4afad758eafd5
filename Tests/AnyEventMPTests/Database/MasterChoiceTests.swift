import Testing

@testable import AnyEventMP

@Suite("which node is the master")
struct MasterChoiceTests {
  @Test("the seed connected first is taken and kept until it goes")
  func firstSeed() {
    var choice = MasterChoice()
    _ = choice.identify(seed: "h:1", as: "a")
    _ = choice.identify(seed: "h:2", as: "b")
    check(!choice.nodeUp("other"))
    check(choice.nodeUp("b"))
    check(!choice.nodeUp("a"))
    check(choice.master == "b")
    check(choice.nodeDown("b"))
    check(choice.master == "a")
    check(choice.nodeDown("a"))
    check(choice.master == nil)
  }

  @Test("of several the one connected longest follows")
  func oldestFollows() {
    var choice = MasterChoice()
    let seeds = (0..<6).map { "n\($0)" }
    for seed in seeds { _ = choice.identify(seed: seed, as: seed) }
    let order = ["n3", "n5", "n0", "n4", "n1", "n2"]
    for seed in order { _ = choice.nodeUp(seed) }
    for (index, seed) in order.enumerated() {
      check(choice.master == seed)
      check(choice.nodeDown(seed))
      // Back, but behind all that stayed.
      if index == 0 { check(!choice.nodeUp(seed)) }
    }
    check(choice.master == "n3")
  }

  @Test("a node found out to be a seed after it came up is taken")
  func identifiedLate() {
    var choice = MasterChoice()
    check(!choice.nodeUp("a"))
    check(choice.identify(seed: "h:1", as: "a"))
    check(choice.master == "a")
  }

  @Test("the node that a seed's address no longer names is no seed")
  func renamed() {
    var choice = MasterChoice()
    _ = choice.identify(seed: "h:1", as: "old")
    _ = choice.identify(seed: "h:1", as: "new")
    check(!choice.nodeUp("old"))
    check(choice.nodeUp("new"))
    choice.drop(seed: "h:1")
    check(choice.nodeDown("new"))
    check(choice.master == nil)
    check(!choice.nodeUp("new"))
  }

  @Test("a global node is its own master for good")
  func ownMaster() {
    var choice = MasterChoice()
    _ = choice.identify(seed: "h:1", as: "a")
    _ = choice.nodeUp("a")
    check(choice.becomeGlobal("me"))
    check(!choice.becomeGlobal("me"))
    check(!choice.nodeDown("a"))
    check(choice.master == "me")
  }
}
