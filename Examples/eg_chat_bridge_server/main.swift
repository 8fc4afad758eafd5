// The tutorial's second chat server, with bridge heads: each client spawns a port here that speaks for it.
import AnyEvent
import AnyEventMP

var clients: [PortID: PortID] = [:]

func msg(_ text: String) {
  print(text)
  for client in clients.values { snd(client, text) }
}

sub("::client_connect") { (client: PortID, nick: String) in
  mon(client)  // the bridge head goes with its client
  mon(client) { reason in
    clients[client] = nil
    msg("\(nick) (quits)")
  }

  clients[client] = client
  msg("\(nick) (joins)")

  rcv(SELF) { message in
    msg("\(nick): \(message[0].string ?? "")")
  }
}

configure(nodeid: "eg_chat_server2/%u", binds: ["*:4040"])

db_set("eg_chat_server2", NODE)

try AnyEvent.condvar().recv()
