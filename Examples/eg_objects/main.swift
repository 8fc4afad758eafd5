// A service and its client by objects alone, without the functions that have Perl's names: two nodes in
// one process, on one loop.
import AnyEvent
import AnyEventMP

let loop = Loop.default
let done = AE.cv()

/// A node with a name that starts so, which knows where these listen.
func makeNode(_ name: String, seeds: [String] = []) throws -> Node {
  let node = Node(on: loop)
  try node.configure(
    ConfigurationArguments(
      nodeid: "\(name)/%u", binds: ["127.0.0.1:*"], seeds: seeds, secret: "between ourselves",
      norc: true))
  return node
}

do {
  let server = try makeNode("server")

  // A function that others may spawn ports with: a counter.
  server.register("Counter::init") { (start: Int) in
    var count = start
    let counter = server.runningPort
    counter.receive("add") { (number: Int) in count += number }
    counter.receive("get") { (reply: PortID) in reply.send(count) }
    server.database["counters"].register(counter, "starts at \(start)")
  }

  let client = try makeNode("client", seeds: server.status.listeners)
  let counter = client.spawn("Counter::init", 40, on: server.id)

  // Entries of the database are seen by all nodes.
  let watch = client.database["counters"].monitor { family, added, _, deleted in
    for key in added { print("a counter that \(family[key]?.string ?? "")") }
    if !deleted.isEmpty {
      print("no counter")
      done.send()
    }
  }

  client.monitor(counter) { reason in print("ended: \(reason)") }

  client.send("add", 1, to: counter)
  // Another thread can only give the node work.
  let handle = client.handle
  Task.detached {
    handle.post { node in
      node.send("add", 1, to: counter)
      node.call(counter, "get", timeout: 10) { reply in
        print("it counts \(reply.first?.int ?? -1)")
        node.kill(counter, "done")
      }
    }
  }

  try done.recv()
  watch?.cancel()
  client.leave { server.leave { loop.stop() } }
  loop.run()
} catch {
  print("eg_objects: \(error)")
}
