// Monitors and ends: who gets to know that a port is gone, and why.
import AnyEvent
import AnyEventMP

// == The reason
// It is a message: a list of values.

let gone = AE.cv()
let printer = port()

mon(printer) { reason in
  print(reason.isEmpty ? "all is well" : "failed: \(reason.map { "\($0)" }.joined(separator: " "))")
  gone.send()
}

kil(printer, "out_of_paper", "tray", 2)
try gone.recv()

// == No reason
// That is how a port ends that has done what it had to do.

let ended = AE.cv(Int.self)
let finished = port()

mon(finished) { reason in ended.send(reason.count) }
kil(finished)
print("\(try ended.recv()) values")

// == A message to another port
// The reason stands behind what is said there.

let told = AE.cv()
let boss = rcv(port(), "lost") { (who: String, what: String, how: String) in
  print("\(who) is lost: \(what) \(how)")
  told.send()
}

let helper = port()
mon(helper, boss, "lost", "the helper")
kil(helper, "tired", "very")
try told.recv()

// == Two ports that end together

let both = AE.cv()
let (left, right) = (port(), port())
mon(left, right)
mon(right, left)

both.begin()
mon(left) { reason in
  print("left: \(reason[0]) \(reason[1])")
  both.end()
}
kil(right, "cut", "the string")
try both.recv()

// == A port that others need not outlive
// Who ends without a reason takes nobody along.

let survived = AE.cv(String.self)
let (parent, child) = (port(), port())
mon(child, parent)
rcv(parent, "alive") { survived.send("alive") }

mon(child) { snd(parent, "alive") }
kil(child)
print(try survived.recv())

// == From inside
// Without another port it is the running one.

let inside = AE.cv(String.self)
let session = port()
rcv(session, "attach") { (client: PortID) in mon(client) }
mon(session) { reason in inside.send("\(reason[0]) \(reason[1])") }

let visitor = port()
snd(session, "attach", visitor)
rcv(visitor, "crash") { kil(SELF, "crashed", "badly") }
snd(visitor, "crash")
print("the session, too: \(try inside.recv())")

// == A monitor that ends before
// The type makes the guard, as `my $guard =` does in Perl. As a statement the monitor stays.

let over = AE.cv()
let watched = port()

var guardian: Guard? = mon(watched) { print("never printed") }
guardian = nil
mon(watched) { over.send() }
kil(watched, "whatever")
try over.recv()

// == What a port keeps
// Timers, handles and guards that are of no use without the port.

let cleaned = AE.cv()
let owner = port()
mon_guard(
  owner,
  Guard {
    print("the file is closed")
    cleaned.send()
  })

kil(owner)
try cleaned.recv()

// == die

let died = AE.cv(String.self)
let divider = rcv(port(), "divide") { (number: Int) in
  if number == 0 { throw die("division by zero") }
  print(12 / number)
}

mon(divider) { reason in died.send("\(reason[0]): \(reason[1])") }
for number in [4, 0] { snd(divider, "divide", number) }
print(try died.recv())

// == A timer of a port
// Who runs in a timer's callback? With `psub` the port that was running when it was made.

let late = AE.cv(String.self)
let sleeper = port()
var timer: TimerWatcher?
rcv(sleeper, "start") {
  timer = AE.timer(0.01, 0, psub { throw die("overslept") })
}

mon(sleeper) { reason in late.send("\(reason[0]): \(reason[1])") }
snd(sleeper, "start")
print(try late.recv())

// == In the name of a port

let fallen = AE.cv(String.self)
let account = port()
mon(account) { reason in fallen.send("\(reason[0]): \(reason[1])") }

if let half = peval(account, { 84 / 2 }) { print(half) }
let none: Int? = peval(account) { throw die("overdrawn") }
print(none != nil ? "a value" : "nothing", terminator: ", \(try fallen.recv())\n")

// == A message that nobody wants

let unhandled = AE.cv(String.self)
let deaf = port()
mon(deaf) { reason in unhandled.send("\(reason[0])") }
snd(deaf, "hello", "Joe")
print(try unhandled.recv())

// == A port that is not there

let nobody = AE.cv(String.self)
mon(PortID("\(NODE)#nobody")) { reason in nobody.send("\(reason[0])") }
print(try nobody.recv())
