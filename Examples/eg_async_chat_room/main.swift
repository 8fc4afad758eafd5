// The chat room under supervision, written with await: eg_chat_member joins it as it does eg_chat_room.
import AnyEvent
import AnyEventMP

configure(nodeid: "eg_async_chat_room/%u", binds: ["*:4040"])

AE.autoflush()

func room() async throws {
  var nicks: [PortID: String] = [:]

  func tell(_ text: String) {
    print(text)
    for member in nicks.keys { snd(member, text) }
  }

  while true {
    let message = try await get("join", "say", "gone")
    let member = message[1].portID
    switch message[0] {
    case "join":
      let nick = message[2].string ?? "nobody"
      nicks[member] = nick
      mon(member, SELF, "gone", member)
      tell("\(nick) (joins)")
    case "say":
      guard let nick = nicks[member], let text = message[2].string else { continue }
      if text == "/crash" { throw die("\(nick) wanted it so") }
      tell("\(nick): \(text)")
    default:
      if let nick = nicks.removeValue(forKey: member) { tell("\(nick) (quits)") }
    }
  }
}

// There is always a room, and everybody finds it, as long as it lives.
port_async {
  while true {
    let open = port_async { try await room() }
    db_reg("eg_chat_room", open)
    print("The room is open.")
    let reason = try await mon(open)
    print("The room has ended: \(reason[1].string ?? "")")
    try await AE.sleep(0.1)
  }
}

try AnyEvent.condvar().recv()
