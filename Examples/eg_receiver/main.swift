// The receiver: a node that others can use as a seed, with a port that they find by its family.
import AnyEvent
import AnyEventMP

configure(nodeid: "eg_receiver/%u", binds: ["*:4040"])

let receiver = port()
db_set("eg_receivers", receiver)

rcv(receiver, "test") { (data: Value, reply_port: PortID?) in
  print("Received data: \(data)")
}

try AnyEvent.condvar().recv()
