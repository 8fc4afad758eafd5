// Calls: a message and its reply, within a time.
import AnyEvent
import AnyEventMP

let server = port()
rcv(
  server,
  // The reply port is the last value.
  on("square") { (number: Int, reply: PortID) in snd(reply, number * number) },
  on("silence") { print("the server says nothing") })

let done = AnyEvent.condvar()

cal(server, "square", 12, timeout: 5) { (square: Int?) in
  print("12 times 12 is \(square ?? 0)")

  cal(server, "silence", timeout: 0.05) { reply in
    print("values in the reply: \(reply.count)")
    done.send()
  }
}

try done.recv()
