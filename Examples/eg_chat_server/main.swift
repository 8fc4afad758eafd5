// The tutorial's chat server: clients join by a message, and are forgotten when they are gone. What it
// tells them is text alone; a client in Perl does not notice the difference.
import AnyEvent
import AnyEventMP

configure(nodeid: "eg_chat_server/%u", binds: ["*:4040"])

var clients: [PortID: PortID] = [:]

func msg(_ text: String) {
  print(text)
  for client in clients.values { snd(client, text) }
}

let server = port()

rcv(
  server,
  on("join") { (client: PortID, nick: String) in
    clients[client] = client
    mon(client) { reason in
      clients[client] = nil
      msg("\(nick) (quits)")
    }
    msg("\(nick) (joins)")
  },
  on("privmsg") { (nick: String, text: String) in
    msg("\(nick): \(text)")
  })

db_set("eg_chat_server", server)

try AnyEvent.condvar().recv()
