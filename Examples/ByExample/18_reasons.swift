// Reasons: how ports end, by intention and by mistake.
import AnyEvent
import AnyEventMP

func watched(_ name: String) -> PortID {
  let p = port()
  mon(p) { reason in print("\(name): \(reason.isEmpty ? "no reason, all is well" : "\(reason)")") }
  return p
}

kil(watched("killed without a reason"))
kil(watched("killed with one"), "out_of_paper", "tray", 2)

let throwing = watched("an error that is thrown")
rcv(throwing, "divide") { (number: Int) in
  if number == 0 { throw die("division by zero") }
}
snd(throwing, "divide", 0)

// psub takes the running port along: what a timer's callback throws kills that port.
let done = AnyEvent.condvar()
let late = watched("an error in a timer")
var timer: TimerWatcher?
rcv(late, "start") {
  timer = AE.timer(0.01, 0, psub { throw die("too late") })
}
mon(late) { reason in done.send() }
snd(late, "start")
try done.recv()

// A port that never was.
let gone = AnyEvent.condvar()
mon(PortID("\(NODE)#nobody")) { reason in
  print("nobody: \(reason)")
  gone.send()
}
try gone.recv()
