// Closures: callbacks that name themselves, and what they keep alive.
import AnyEvent

// == A function that calls itself
// A `func` may name itself. The variable of Perl's works, too, `var next: (() -> Void)?`: then the closure holds itself, as in
// Perl, until `next = nil`.

let done = AE.cv()
var left = 3

func next() {
  print("\(left) to go")
  left -= 1
  if left == 0 { return done.send() }
  var w: TimerWatcher?
  w = AE.timer(0.01, 0) {
    w?.cancel()
    next()
  }
}

next()
try done.recv()

// == A watcher that ends itself
// The callback of every watcher can have the watcher as its argument.

let stopped = AE.cv()
var ticks = 0

let w = AE.timer(0.01, 0.01) { w in
  print("tick")
  ticks += 1
  if ticks < 3 { return }
  w.cancel()
  stopped.send()
}

try stopped.recv()

// == An object that its callback must not keep
// `[weak self]` is `weaken`, and `deinit` is `DESTROY`.

final class Ticker {
  let name: String
  let ready = AE.cv()
  var timer: TimerWatcher?

  init(_ name: String) { self.name = name }

  func begin() {
    timer = AE.timer(0, 1) { [weak self] in self?.ready.send() }
  }

  deinit { print("\(name) is gone") }
}

var ticker: Ticker? = Ticker("the ticker")
ticker?.begin()
try ticker?.ready.recv()
ticker = nil
print("after it")

// == One callback for each of a list
// A constant of the loop's body is a new one each time, as `my` is. Who keeps the watchers, keeps them running.

let group = AE.cv()
var timers: [TimerWatcher] = []

for number in 1...3 {
  group.begin()
  timers.append(
    AE.timer(Double(number) / 100, 0) {
      print("number \(number)")
      group.end()
    })
}

try group.recv()

// == A table of functions
// All have one type. Arguments of closures have names, or are `$0` and `$1`.

let command: [String: (Int, Int) -> Int] = [
  "add": { $0 + $1 },
  "times": { $0 * $1 },
]

for name in ["add", "times", "divide"] {
  guard let function = command[name] else {
    print("\(name): no such command")
    continue
  }
  print("\(name): \(function(6, 7))")
}

// == A function that makes functions
// Arguments are constants: what changes is a variable of the function's own.

func counter(_ start: Int) -> () -> Int {
  var count = start
  return {
    defer { count += 1 }
    return count
  }
}

let first = counter(1)
let second = counter(100)
print(first(), first(), second())
