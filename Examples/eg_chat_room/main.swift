// A chat room under supervision: when the room ends, by a mistake in it for example, another one takes its place, and
// who was there joins again by himself.
import AnyEvent
import AnyEventMP

configure(nodeid: "eg_chat_room/%u", binds: ["*:4040"])

AE.autoflush()

sub("Chat::room") {
  var nicks: [PortID: String] = [:]

  func tell(_ text: String) {
    print(text)
    for member in nicks.keys { snd(member, text) }
  }

  rcv(
    SELF,
    on("join") { (member: PortID, nick: String) in
      nicks[member] = nick
      mon(member, SELF, "gone", member)
      tell("\(nick) (joins)")
    },
    on("gone") { (member: PortID) in
      if let nick = nicks.removeValue(forKey: member) { tell("\(nick) (quits)") }
    },
    on("say") { (member: PortID, text: String) in
      guard let nick = nicks[member] else { return }
      if text == "/crash" { throw die("\(nick) wanted it so") }
      tell("\(nick): \(text)")
    })

  // Everybody finds it there, as long as it lives.
  db_reg("eg_chat_room", SELF)
}

func open_room() {
  let room = spawn(NODE, "Chat::room")
  mon(room) { reason in
    print("The room has ended: \(reason[1].string ?? "")")
    after(0.1) { open_room() }
  }
  print("The room is open.")
}

open_room()
try AnyEvent.condvar().recv()
