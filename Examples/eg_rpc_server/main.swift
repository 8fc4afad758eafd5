// A service that is called: each message ends with the port for the reply.
import AnyEvent
import AnyEventMP

configure(nodeid: "eg_rpc_server/%u", binds: ["*:4040"])

let server = port()

rcv(
  server,
  on("add") { (a: Double, b: Double, reply: PortID) in
    snd(reply, a + b)
  },
  on("divide") { (a: Double, b: Double, reply: PortID) in
    if b == 0 {
      snd(reply, nil as Value, "division by zero")
    } else {
      snd(reply, a / b)
    }
  },
  on("never") { (reply: PortID) in
    // this one does not answer
  })

db_reg("eg_rpc", server)

try AnyEvent.condvar().recv()
