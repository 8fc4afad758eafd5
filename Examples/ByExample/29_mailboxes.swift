// Mailboxes: a task takes the messages of its port by their tags, in the order in which it wants them.
import AnyEvent
import AnyEventMP

let done = AnyEvent.condvar()

let server = port_async {
  while true {
    let client = try await get("begin", as: PortID.self)
    snd(client, "go on", SELF)

    // Another client's "begin" waits in the mailbox meanwhile.
    var sum = 0
    while let number = try await get("number", as: Int.self, timeout: 0.05) { sum += number }
    snd(client, "sum", sum)
  }
}

for first in [1, 100] {
  port_async {
    snd(server, "begin", SELF)
    let server = try await get("go on", as: PortID.self)
    for number in first..<first + 3 { snd(server, "number", number) }

    let sum = try await get("sum", as: Int.self)
    print("the sum from \(first) on is \(sum)")
    if first == 100 { kil(server, "enough") }
  }
}

// The task is cancelled with its port.
mon(server) { reason in
  print("the server has ended: \(reason)")
  done.send()
}

try done.recv()
