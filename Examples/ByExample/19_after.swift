// After: callbacks and messages that belong to a port, and end with it.
import AnyEvent
import AnyEventMP

let done = AnyEvent.condvar()
let clock = port()
var ticks = 0

rcv(
  clock,
  on("start") {
    // Inside of a port's callback the timer belongs to the port.
    after(0.01) { snd(SELF, "tick") }
  },
  on("tick") {
    ticks += 1
    print("tick \(ticks)")
    if ticks == 3 { kil(SELF, "run down") } else { after(0.01, clock, "tick") }
  })

mon(clock) { reason in
  print("the clock has stopped: \(reason)")
  done.send()
}

snd(clock, "start")
try done.recv()
