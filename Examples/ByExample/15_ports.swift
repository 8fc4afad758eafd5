// Ports: a message to a port calls the callback that its tag has there.
import AnyEvent
import AnyEventMP

let done = AnyEvent.condvar()
let counter = port()
var sum = 0

rcv(counter, "add") { (number: Int) in sum += number }
rcv(counter, "get") { (reply: PortID) in snd(reply, "sum", sum) }

let me = port()
rcv(me, "sum") { (sum: Int) in
  print("the sum is \(sum)")
  done.send()
}

for number in 1...10 { snd(counter, "add", number) }
snd(counter, "get", me)

try done.recv()
