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
