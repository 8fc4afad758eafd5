// Natural spellings of messages, as ports of Perl programs have them. scripts/tests/spellings.sh has the compiler check
// them with a small limit on its search, runs this program, and compares the messages with expected.txt.

import AnyEvent
import AnyEventMP
import Glibc

// Not a constant, or the compiler would decide what is compared below.
let n = 4 + Int(CommandLine.argc)
let d = Double(n) / 2
let s = "str"
let flag = n > 4
let none: Int? = nil
let numbers = [1, 2.5, 3]
let names = ["a": 1]
let words = ["x", "y"]
let v: Value = ["n": 1, "list": [1, "x", nil], "h": ["a": 1.5, "b": "text"]]

struct Point: Codable { var x = 1 }
nonisolated extension Point: MessageConvertible {}

// Not a typed receiver, as each message is shown as it was sent.
let p = port { message in print(message) }

// MARK: - Arguments

snd(p, "a tag")
snd(p, "t", 123)
snd(p, "t" => n)
snd(p, "t" => n + 1, s + "x")
snd(p, "t", n, d, s, flag, nil, none, names["a"], words.first, words.count)
snd(p, "t", n * 2 + 1, s + "y" + s, -n, !flag, n > 3 && d < 2.0)
snd(p, "t", flag ? n : nil, flag ? "a" : s, names["a"] ?? 0)
snd(p, "t", Point())
snd(p, "t", list: numbers)
snd(p, "t", n, list: words.map { $0 + s })
snd(p, "t", list: ["a" => n, "b" => s])
snd(p, "sum", numbers.reduce(0, +), numbers.map { "\($0)" }.joined(separator: ","))
snd(p, "average", numbers.reduce(0, +) / Double(max(numbers.count, 1)), "\(n) of \(s)")
snd(p, "t", names.map { "\($0.key)=\($0.value)" }.sorted())
snd(p.id, "by", "text")
snd(p, "t", v, v["list"], v["h"]["b"])

// MARK: - Arrays

snd(p, [])
snd(p, "t", [])
snd(p, "t", [1, 2])
snd(p, "t", [n, n + 1], words)
snd(p, "t", [1, "x", nil])
snd(p, "t", [n + 1, s + "x", nil])
snd(p, "t", n + 1, s, [n + 1, s + "x"])
snd(p, [n + 1, s + "x"])
snd(p, "t", [[1], [2]])
snd(p, "t", [[n], [n + 1]])
snd(p, "t", (1...3).map { $0 * n })
snd(p, "t", Value([n + 1, s]), n, Value([1, s]))
p.send("t", [n + 1, s])

// MARK: - Hashes with a colon

snd(p, [:])
snd(p, "t", [:])
snd(p, "t", ["a": 1])
snd(p, "t", ["a": 1, "b": "x"])
snd(p, "t", ["a": n + 1, "b": s + "y", "c": Double(n) / 2])
snd(p, "t", n * 2 + 1, s + "y" + s, ["a": [n + 1, n * 2], "b": s + "y"])
snd(p, "t", n, s, d, ["a": n + 1, "b": s + "x"])
snd(p, "t", ["a": [1, "x", nil], "b": ["c": 1, "d": "e"]])
snd(p, "t", ["a": ["b": ["c": [1, 2, "x"]]]])
snd(p, ["a": n + 1, "b": s + "x"])
snd(p, "t", Value(["k": n, "l": Value([s, d])]))
p.send("t", ["a": n + 1, "b": s])

// MARK: - Hashes with =>

snd(p, "t", ["id" => n + 1])
snd(p, "t", ["id" => n + 1, "x" => [n * 2 + 1, Double(n) / 2]])
snd(p, "t" => ["id" => n + 1, "name" => s])
snd(p, "t", ["a" => ["b" => ["c" => [n, 2, "x"]]]])
snd(p, "t", [["a" => n], ["a" => n + 1]])
snd(p, "t", ["list" => [], "hash" => [:], "undef" => nil])
snd(
  p, "t", n * 2 + 1, s + "y" + s,
  [
    "a" => [n + 1, n * 2], "b" => s + "y",
    "c" => [d * 2 + 1, s + "x" + s, nil, ["k" => d / 2, "l" => n - 1]],
  ])
snd(
  p, "t",
  [
    "a" => flag ? n + 1 : n - 1, "b" => flag ? s + "x" : "", "c" => names["a"] ?? n * 2, "d" => -n,
    "e" => !flag, "f" => n > 3 && d < 2.0, "g" => numbers.max(), "h" => numbers.reduce(0, +) / d,
  ])
snd(p, "t", ["twice" => 1, "twice" => 2])
p.send("t", ["a" => [n + 1, ["b" => s + "x"]]])

// MARK: - Other functions

sub("::spell") { (message: Message) in
  if SELF.name.isEmpty { return print("called with", message) }
  rcv(SELF, "never") {}
  print("spawned with", message)
}
spawn(NODE, "::spell", n + 1, s)
spawn(NODE, "::spell", ["a": n + 1, "b": s])
spawn(NODE, "::spell", s, n + 1, ["a": n + 1, "b": s])
spawn(NODE, "::spell", ["a" => n + 1, "b" => [s, d]])
snd_to_func(NODE, "::spell", [n + 1, s])
snd_to_func(NODE, "::spell", n, [n + 1, s + "b"])

let echo = port()
rcv(echo, "t") { (what: Value, reply: PortID) in snd(reply, what, n + 1, s) }
rcv(echo, "u") { (a: Int, b: String, reply: PortID) in snd(reply, ["a": a, "b": b]) }
cal(echo, "t", ["a": 1, "b": "x"]) { reply in print("reply", reply) }
cal(echo, "t", ["a" => n + 1, "b" => s + "x", "c" => [n * 2, s + "y"]]) { (what: Value) in
  print("reply", what)
}
cal(echo, "t", [n + 1, s]) { print("reply") }
cal(echo, "t", n + 1) { (what: Int, more: Int, text: String) in print("reply", what, more, text) }
cal(echo, "u" => n + 1, s + "x", timeout: d * 2) { (what: Value) in print("reply", what) }

let family = "spellings"
db_set(family, "a")
db_set(family, "b", n + 1)
db_set(family, "c", [1, 2])
db_set(family, "d" + s, ["a": n + 1, "b": s + "y", "c": Double(n) / 2])
db_set(family, "e", ["a" => n + 1, "b" => [s + "x", d]])
let kept: Guard = db_set(family, "f", ["n" => n, "s" => s])
db_reg(family, echo, ["a": n + 1, "b": s])

for (index, kill) in [
  { kil($0, "reason", ["a": 1, "b": "x"]) }, { kil($0, "reason", s + "x" + s, n + 1) },
  { kil($0, "die" => "x" + s) }, { kil($0, "reason", ["a": n + 1, "b": s]) }, { kil($0) },
  { kil($0, "reason", ["a" => n + 1]) },
].enumerated() as EnumeratedSequence<[(PortID) -> Void]> {
  let dying = port()
  mon(dying) { reason in print("killed", index, reason) }
  mon(dying, p, "down" => index, ["index" => index * 2])
  kill(dying)
}

let (near, far) = socketPair()
far.push_write(.json, ["id" => n + 1, "x" => [n * 2 + 1, Double(n) / 2]])
far.push_write(.json, ["id": 1, "x": [1, "x"]])
far.push_write(.json, ["id": n + 1, "x": s + "y"])
far.push_write(.json, [n + 1, s + "y"])
far.push_write(.json, v)
far.push_write(.json, [:])
for _ in 0..<6 { near.push_read(.json) { _, value in print("read", value) } }

// MARK: - Watchers that their callbacks get

let timed = AE.cv()
let w1 = AE.timer(0, 0) { timed.end() }
let w2 = AE.timer(0, 0.001) { w in
  w.cancel()
  timed.end()
}
let w3 = AE.timer(0) { $0.cancel() }
let w4 = AnyEvent.timer(after: 0) { w in
  w.cancel()
  timed.end()
}
let w5 = AnyEvent.timer(after: 0, cb: psub { timed.end() })
let w6 = AE.timer(0, 0, timed.end)
let w7 = AE.idle { w in
  w.cancel()
  timed.end()
}
let w8 = AE.idle { timed.ready ? () : () }
let w9 = AE.signal("WINCH") { w in w.cancel() }
let w10 = AE.signal("WINCH") { print("the window has another size") }
let w11 = AE.child(1) { pid, status in print(pid, status >> 8) }
let w12 = AE.child(1) { w, pid, status in w.cancel() }
let w13 = AnyEvent.io(fh: 0, poll: "r") { w in w.cancel() }
let w14 = AE.io(0, .read) { print("there is input") }
for watcher in [w9, w10] { watcher.cancel() }
for watcher in [w11, w12] { watcher.cancel() }
for watcher in [w13, w14] { watcher.cancel() }
for _ in 0..<6 { timed.begin() }
try timed.recv()
for watcher in [w5, w1, w2, w3, w4, w6] { watcher.cancel() }
w8.cancel()
print("watchers")

// my $next; $next = sub { … $next->() … }
var next: (() -> Void)?
var turns = 0
next = {
  turns += 1
  if turns < 3 { next?() }
}
next?()

// my $w; $w = AE::timer 0, 0, sub { undef $w; … }
var own: TimerWatcher?
own = AE.timer(0, 0) {
  own = nil
  turns += 1
}

// A function inside of a callback, which uses the program's variables.
let counting = AE.cv()
let w15 = AE.timer(0, 0) {
  @MainActor func count() { turns += 1 }
  let again = { turns += 1 }
  count()
  again()
  counting.send()
}
try counting.recv()
print("turns", turns)

// A monitor that ends with its guard.
let watching: Guard = mon(echo) { reason in print("echo ended", reason) }

let five = peval(p) { n }
let tried = peval(p) {
  turns += 1
  return "tried"
}
print(five ?? -1, tried ?? "not")
peval(p) { turns += 1 }

// MARK: - Values

var w: Value = ["n": 1, "list": [1, "x", nil], "name": "text"]
let asInt: Int? = w["n"]
let asText: String? = w["n"]
print(asInt ?? -1, asText ?? "?", w["missing"] ?? 0, w["name"] ?? "?", w["list"][1] ?? "?")
print(w["name"], w["list"], "\(w["name"]) \(w["n"])")
w["n"] = 5
w["n"] = n + 1
w["name"] = s + "x"
w["none"] = nil
w["new"] = none
w["copy"] = w["list"]
w["list"][0] = "first"
w["list"][4] = n
w["deep"]["er"] = [n, n]
let either = w["missing"] ?? w["n"]
if let number: Int = w["n"] { print("a number", number, either) }
if w["n"] == 6 { print("six") }
for (name, value) in w.entries where name == "n" { print(name, value) }
for element in w["list"].elements { print("element", element) }
print(w.keys.sorted(), w.count, w["list"].count, w["list"].values.count)
snd(p, "t", w, w["n"], w["missing"] ?? 0, w["list"][0])

after(0, p, "tick", ["n" => n, "s" => s])
after(0, p, "tick", [n + 1, s])
after(0.01, p, "end", ["n": n, "s": s])

let end = AE.cv()
rcv(p, "end") { (message: Value) in
  print("end", message)
  end.send()
}
try end.recv()

// MARK: - Tasks

// MARK: - Recipes of Porting.md

final class Session {
  var ticks = 0
  var timer: TimerWatcher?
  func begin() { timer = AE.timer(0, 0.001) { [weak self] in self?.ticks += 1 } }
}
var session: Session? = Session()
weak var forgotten = session
session?.begin()
session = nil
print("forgotten", forgotten == nil)

let failing = AE.cv()
aio_load("/does/not/exist") { data in
  defer { failing.send() }
  guard let data else { return print("\(SystemError.last)") }
  print(data.count)
}
try failing.recv()

var depth = 0
func indented() {
  let old = depth
  defer { depth = old }
  depth += 2
  print(String(repeating: " ", count: depth) + "deeper")
}
indented()
print("depth", depth)

func total(_ numbers: [Int], from start: Int = 0) -> Int { numbers.reduce(start, +) }
print("total", total([1, 2]), total([1, 2], from: 3))

let answer = try AE.run {
  let cv = AE.cv(Int.self)
  let w = AE.timer(0, 0) { cv.send(42) }
  defer { w.cancel() }
  return try await cv.value
}
print(answer)

// From other threads: the sends of the facade on the main actor, those of a node by its handle.
let handle = Node.current.handle
try AE.run {
  let arrived = AE.cv()
  let q = port { message in
    print("arrived", message)
    arrived.send()
  }
  Task.detached { await MainActor.run { snd(q, "from a task") } }
  try await arrived.value
}
try AE.run {
  let arrived = AE.cv()
  let q = port { message in
    print("arrived", message)
    arrived.send()
  }
  Task.detached { handle.post { node in node.send("posted", to: q) } }
  try await arrived.value
}
try AE.run { print(await Task.detached { n + 1 }.value) }

/// Two handles that are connected with each other.
func socketPair() -> (Handle, Handle) {
  var ends: [Int32] = [-1, -1]
  guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
    print("no pair of sockets can be made")
    exit(1)
  }
  return (Handle(fh: ends[0]), Handle(fh: ends[1]))
}
