// Calls and spawning: answers within a time, and ports that are made elsewhere.
import AnyEvent
import AnyEventMP

// == A call
// The port for the answer is made by `cal`, and is the last value of the message.

let squares = rcv(port(), "square") { (number: Int, reply: PortID) in snd(reply, number * number) }

let answered = AE.cv(Int.self)
cal(squares, "square", 12) { (square: Int) in answered.send(square) }
print(try answered.recv())

// == A time for it
// When it is over, the callback gets nothing: an empty message, or nil where its type is optional.

let silent = rcv(port(), "question") { print("no comment") }

let waited = AE.cv(String.self)
cal(silent, "question", timeout: 0.05) { reply in
  waited.send(reply.isEmpty ? "no answer" : "an answer")
}
print(try waited.recv())

// == Nobody left to answer
// Without a time the end of the port ends the call.

let leaving = rcv(port(), "question") { kil(SELF) }

let left = AE.cv(String.self)
cal(leaving, "question") { reply in left.send(reply.isEmpty ? "no answer" : "an answer") }
print(try left.recv())

// == Several at once
// A port of the same node may answer before `cal` has returned: so the group gets its own `begin` and `end`.

var square: [Int: Int] = [:]
let all = AE.cv()

all.begin()
for number in 2...4 {
  all.begin()
  cal(squares, "square", number) { (result: Int) in
    square[number] = result
    all.end()
  }
}
all.end()

try all.recv()
print(square.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))

// == Once more, please
// What was asked may have been done, and only the answer be lost: who asks again has to bear that.

var asked = 0
let deaf = rcv(port(), "question") { (reply: PortID) in
  asked += 1
  if asked == 3 { snd(reply, "yes") }
}

let understood = AE.cv(String.self)

func ask(_ attempts: Int) {
  cal(deaf, "question", timeout: 0.05) { (answer: String?) in
    if let answer { return understood.send("\(answer), after \(asked)") }
    if attempts > 1 { ask(attempts - 1) } else { understood.send("never") }
  }
}

ask(5)
print(try understood.recv())

// == Later
// A message, or a callback. In Swift what `after` begins in a port's callback ends with the port.

let ticked = AE.cv()
var ticks = 0
let clock = port()
rcv(clock, "tick") {
  ticks += 1
  print("tick \(ticks)")
  if ticks < 3 { after(0.01, clock, "tick") } else { ticked.send() }
}

after(0.01) { snd(clock, "tick") }
try ticked.recv()

// == A port of a function
// Perl finds a function by its name, and loads its module; in Swift only those that `sub` has named can be called from
// outside. The node is this one; any other node's id will do.

sub("Account::open") { (owner: PortID, start: Int) in
  var balance = start
  rcv(
    SELF,
    on("pay") { (amount: Int) in balance += amount },
    on("balance") { snd(owner, "balance", balance) })
}

let shown = AE.cv(Int.self)
let me = rcv(port(), "balance") { (balance: Int) in shown.send(balance) }

let account = spawn(NODE, "Account::open", me, 100)
snd(account, "pay", -30)
snd(account, "balance")
print(try shown.recv())

// == A function that fails
// The port's id is there at once; that there is no port behind it is what a monitor tells.

sub("Account::steal") { throw die("no such thing") }

let refused = AE.cv(String.self)
mon(spawn(NODE, "Account::steal")) { refused.send("there is no account") }
print(try refused.recv())

// == Starting it again
// One that may fail at once is started `after` a while.

var starts = 0
let steady = AE.cv()

sub("Worker::run") { (number: Int) in
  rcv(SELF, "work") {
    if number < 3 { throw die("too much") }
    print("worker \(number) has done it")
    steady.send()
  }
}

func start() {
  starts += 1
  let worker = spawn(NODE, "Worker::run", starts)
  mon(worker) { reason in
    if reason.isEmpty { return }
    print("worker \(starts) has failed")
    start()
  }
  snd(worker, "work")
}

start()
try steady.recv()
