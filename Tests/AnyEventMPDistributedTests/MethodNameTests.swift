import AnyEventMPDistributed
import Testing

// The runtime's names of these methods have parts of other names left out, or are written in another alphabet.
// swift-format-ignore: IdentifiersMustBeASCII
distributed actor ChatRoom {
  typealias ActorSystem = NodeActorSystem

  distributed func leaveRoom() -> String { "left" }
  distributed func grüße(_ name: String) -> String { "Grüß Gott, \(name)!" }

  /// A type inside of the type.
  distributed actor Door {
    typealias ActorSystem = NodeActorSystem
    distributed func openDoor() -> String { "open" }
  }
}

extension ChatRoom {
  distributed func chatAgain(about topic: String) -> String { "\(topic), again" }
}

@Suite("Names of distributed methods")
struct MethodNameTests {
  @Test("a method is called whatever its name has in common with those of its type and module")
  // swift-format-ignore: IdentifiersMustBeASCII
  func proxies() throws {
    try withTwoHosts { two in
      let room = ChatRoom(actorSystem: two.there)
      let proxy = try ChatRoom.resolve(id: PortID(room.id.id), using: two.here)
      #expect(try await proxy.leaveRoom() == "left")
      #expect(try await proxy.grüße("Resi") == "Grüß Gott, Resi!")
      #expect(try await proxy.chatAgain(about: "weather") == "weather, again")
      let door = ChatRoom.Door(actorSystem: two.there)
      let other = try ChatRoom.Door.resolve(id: PortID(door.id.id), using: two.here)
      #expect(try await other.openDoor() == "open")
    }
  }

  @Test("a message has the same names, and none of a type inside of the actor's")
  func messages() throws {
    try withTwoHosts { two in
      let room = ChatRoom(actorSystem: two.there)
      let left = try await two.reply(room.id, ["leaveRoom"])
      #expect(left == ["ok", "left"])
      #expect(try await two.reply(room.id, ["grüße", "Resi"]) == ["ok", "Grüß Gott, Resi!"])
      #expect(try await two.reply(room.id, ["chatAgain(about:)", "tea"]) == ["ok", "tea, again"])
      let names = AccessibleNames.of("leaveRoom") + AccessibleNames.of("chatAgain")
      #expect(names.count == 2)
      #expect(try await two.reply(room.id, [.string(names.first ?? "")]) == ["ok", "left"])
      let foreign = AccessibleNames.of("openDoor")
      #expect(foreign.count == 1)
      for name in ["openDoor", "openDoor()", "Door.openDoor", foreign.first ?? ""] {
        #expect(try await two.reply(room.id, [.string(name)])[0] == "refused")
      }
    }
  }
}
