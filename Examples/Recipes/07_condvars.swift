// Condition variables: waiting for one, for all, for the first.
import AnyEvent

// == One value
// A condition variable has a type: `AE.cv(Int.self)`, or none, `AE.cv()`.

let answer = AE.cv(Int.self)
let w = AE.timer(0.01, 0) { answer.send(42) }
print(try answer.recv())

// == Several values
// They are one: a tuple, or a structure.

let pair = AE.cv((String, Int).self)
AE.postpone { pair.send(("text", 7)) }
let (text, number) = try pair.recv()
print("\(text), \(number)")

// == A group
// The first `begin` says what is sent at the end; its `end` stands behind all others, so that the group does not end before it
// has begun.

var result: [String: String] = [:]
let all = AE.cv(Int.self)

all.begin { cv in cv.send(result.count) }
var timers: [TimerWatcher] = []
for name in ["a", "b", "c"] {
  all.begin()
  timers.append(
    AE.timer(0.01, 0) {
      result[name] = name.uppercased()
      all.end()
    })
}
all.end()

print("\(try all.recv()) results")
print(result.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))

// == A group with nothing in it

let none = AE.cv()
none.begin { cv in
  print("nothing to do")
  cv.send()
}
none.end()
try none.recv()

// == The first of two
// The first `send` counts. The watcher of the other one ends with its last reference.

let first = AE.cv(String.self)
let slow = AE.timer(60, 0) { first.send("slow") }
let fast = AE.timer(0.01, 0) { first.send("fast") }
print("\(try first.recv()) came first")

// == A callback in place of waiting

let later = AE.cv(String.self)
later.cb { cv in
  do { print("called with \(try cv.recv())") } catch { print("failed: \(error)") }
}
later.send("a value")

// == A condition variable as a callback

let done = AE.cv()
let timer = AE.timer(0.01, 0) { done.send() }
try done.recv()
print("the timer called it")

// == Handing one back

func square(_ number: Int) -> CondVar<Int> {
  let cv = AE.cv(Int.self)
  var t: TimerWatcher?
  t = AE.timer(0.01, 0) {
    t?.cancel()
    cv.send(number * number)
  }
  return cv
}

print(try square(3).recv() + square(4).recv())

// == Not more than two at once

var jobs = (1...5).map { "job \($0)" }
let finished = AE.cv()
var running = 0
var most = 0

func start() {
  while running < 2, !jobs.isEmpty {
    jobs.removeFirst()
    running += 1
    most = max(most, running)
    finished.begin()
    var t: TimerWatcher?
    t = AE.timer(0.01, 0) {
      t?.cancel()
      running -= 1
      start()
      finished.end()
    }
  }
}

start()
try finished.recv()
print("at most \(most) at once, \(jobs.count) left")

// == Is it ready?

let ready = AE.cv()
print(ready.ready ? "ready" : "not ready")
ready.send()
print(ready.ready ? "ready" : "not ready")
