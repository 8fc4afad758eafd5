// Watching nodes: who comes, and who goes. Both nodes are of this program here.
import AnyEvent
import AnyEventMP

let done = AnyEvent.condvar()
configure(nodeid: "here", binds: ["127.0.0.1:*"], secret: "a secret by example", norc: true)

let watch: Guard = mon_nodes { node, is_up, reason in
  print(is_up ? "\(node) is up" : "\(node) is down: \(reason)")
}

let there = Node(on: Loop.default)
try there.configure(
  ConfigurationArguments(
    nodeid: "there", binds: ["127.0.0.1:*"], seeds: Node.current.status.listeners,
    secret: "a secret by example",
    norc: true))

// Somebody has to want to talk: a monitor is enough.
mon("there") { reason in
  print("the monitor of there has fired")
  done.send()
}
let up = AnyEvent.condvar()
let poll = AE.timer(0, 0.01) { if node_is_up("there") == true { up.send() } }
try up.recv()
poll.cancel()
print("nodes: \(up_nodes().sorted())")
there.close()

try done.recv()
