// The chat server: clients join by a message, and are forgotten when they are gone.
import AnyEvent
import AnyEventMP

configure(nodeid: "eg_chat_server/%u", binds: ["*:4040"])

let server = port()
db_set("eg_chat_servers", server)

var clients: [PortID: String] = [:]

func tell(_ text: String) {
  print(text)
  for client in clients.keys { snd(client, "msg", text) }
}

rcv(
  server,
  on("join") { (client: PortID, nick: String) in
    clients[client] = nick
    mon(client) { reason in
      clients[client] = nil
      tell("\(nick) (quits)")
    }
    tell("\(nick) (joins)")
  },
  on("privmsg") { (client: PortID, text: String) in
    guard let nick = clients[client] else { return }
    tell("\(nick): \(text)")
  })

try AnyEvent.condvar().recv()
