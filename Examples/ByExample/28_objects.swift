// Objects: the same without Perl's names, two nodes in one program.
import AnyEvent
import AnyEventMP

let done = AE.cv()

func makeNode(_ name: String, seeds: [String] = []) throws -> Node {
  let node = Node(on: Loop.default)
  try node.configure(
    ConfigurationArguments(
      nodeid: name, binds: ["127.0.0.1:*"], seeds: seeds, secret: "a secret by example", norc: true)
  )
  return node
}

let server = try makeNode("server")
let client = try makeNode("client", seeds: server.status.listeners)

server.register("Counter::init") { (start: Int) in
  var count = start
  let counter = server.runningPort
  counter.receive("add") { (number: Int) in count += number }
  counter.receive("get") { (reply: PortID) in reply.send(count) }
}

let counter = client.spawn("Counter::init", 40, on: server.id)
client.monitor(counter) { reason in
  print("ended: \(reason)")
  done.send()
}
client.send("add", 2, to: counter)
client.call(counter, "get", timeout: 10) { reply in
  print("it counts \(reply[0])")
  client.kill(counter, "done")
}

try done.recv()
