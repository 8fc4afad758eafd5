// Ports: receivers that come and go, and what a message may hold.
import AnyEvent
import AnyEventMP

// == A port and a message
// `let port = port()` would use the variable itself: give it another name. The callback says which types it takes.

let greeted = AE.cv()
let greeter = port()

rcv(greeter, "hello") { (name: String) in
  print("hello, \(name)")
  greeted.send()
}

snd(greeter, "hello", "Joe")
try greeted.recv()

// == Several receivers, and an answer
// Each is one `on`. `rcv` gives the port.

var count = 0
let counter = rcv(
  port(),
  on("add") { (number: Int) in count += number },
  on("get") { (reply: PortID) in snd(reply, "count", count) })

let counted = AE.cv(Int.self)
let client = rcv(port(), "count") { (count: Int) in counted.send(count) }

for number in 1...4 { snd(counter, "add", number) }
snd(counter, "get", client)
print(try counted.recv())

// == Whatever else comes
// `message` is `@_`. A message that nothing is there for kills the port, in both languages.

let last = AE.cv()

let any = port { message in
  print("\(message[0]), and behind it \(message.count - 1)")
  if message[0] == "last" { last.send() }
}
rcv(any, "known") { (a: String, b: String) in print("known: \(a) \(b)") }

snd(any, "known", "a", "b")
snd(any, "other")
snd(any, "last", 1, 2, 3)
try last.recv()

// == A receiver that takes itself away

let locked = AE.cv()

let door = port { locked.send() }
rcv(door, "open") {
  print("open, this once")
  rcv(SELF, "open", nil)
}

for _ in 1...2 { snd(door, "open") }
try locked.recv()
print("locked")

// == A receiver that changes
// A callback of a tag takes the place of the one before.

let lamp = port()

func dark() {
  rcv(lamp, "switch") {
    print("light")
    light()
  }
}

func light() {
  rcv(lamp, "switch") {
    print("dark")
    dark()
  }
}

dark()
for _ in 1...3 { snd(lamp, "switch") }

let switched = AE.cv()
rcv(lamp, "done") { switched.send() }
snd(lamp, "done")
try switched.recv()

// == A port as a tag
// Who asks many tells the answers apart by who they are from.

let oracle = rcv(port(), "ask") { (question: String, reply: PortID) in
  snd(reply, SELF, question.count)
}

let answered = AE.cv(Int.self)
let asker = port()
rcv(asker, oracle) { (answer: Int) in
  rcv(SELF, oracle)
  answered.send(answer)
}

snd(oracle, "ask", "how long is this?", asker)
print(try answered.recv())

// == A list
// It is told by `list:`. The receiver takes the message, as types of so many values cannot be written.

let summed = AE.cv(Int.self)
let adder = rcv(port(), "sum") { (message: Message) in
  let reply = PortID(message[0].string ?? "")
  snd(reply, "sum", message[1...].reduce(0) { $0 + ($1.int ?? 0) })
}

let numbers = [1, 2, 39]
snd(adder, "sum", rcv(port(), "sum") { (sum: Int) in summed.send(sum) }, list: numbers)
print(try summed.recv())

// == Hashes and arrays
// A `Value` is what Perl's variable is: what is not there is null.

let ordered = AE.cv()
let shop = rcv(port(), "order") { (order: Value) in
  let kinds = order["kinds"].elements.map { "\($0)" }
  print("\(order["amount"]) of \(order["item"]): \(kinds.joined(separator: " "))")
  print(order["sugar"].isNull ? "without" : "with", "sugar")
  snd(PortID(order["to"].string ?? ""), "ready")
}

snd(
  shop, "order",
  [
    "item" => "tea",
    "amount" => 2,
    "kinds" => ["green", "black"],
    "to" => rcv(port(), "ready") { ordered.send() },
  ])
try ordered.recv()

// == A reply that the asker has prepared
// The port and the first values of the answer come with the question. Who answers needs not know what they mean.

let squared = AE.cv()
let worker = rcv(port(), "square") { (message: Message) in
  let number = message[0].int ?? 0
  snd(Message(message[1...] + [.int(number * number)]))
}

let boss = rcv(port(), "result") { (job: String, square: Int) in
  print("\(job): \(square)")
  if job == "second" { squared.send() }
}
snd(worker, "square", 7, boss, "result", "first")
snd(worker, "square", 9, boss, "result", "second")
try squared.recv()

// == Passing on

let passed = AE.cv()
let target = rcv(port(), "note") { (a: String, b: String) in
  print("noted: \(a) \(b)")
  passed.send()
}
let proxy = port { message in snd(target, list: message) }

snd(proxy, "note", "by way of", "the proxy")
try passed.recv()
