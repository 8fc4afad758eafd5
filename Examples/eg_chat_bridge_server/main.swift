// The chat server with bridge heads: each client spawns a port here that speaks for it.
import AnyEvent
import AnyEventMP

var clients: [PortID: PortID] = [:]

func tell(_ text: String) {
  print(text)
  for client in clients.values { snd(client, "msg", text) }
}

sub("MyApp::Chat::Server::client_connect") { (client: PortID, nick: String) in
  let bridge = SELF

  mon(client) { reason in
    clients[bridge] = nil
    kil(bridge)
    tell("\(nick) (quits)")
  }

  rcv(bridge, "say") { (text: String) in
    tell("\(nick): \(text)")
  }

  clients[bridge] = client
  tell("\(nick) (joins)")
}

configure(nodeid: "eg_chat_server/%u", binds: ["*:4040"])

db_set("eg_chat_nodes", NODE)

try AnyEvent.condvar().recv()
