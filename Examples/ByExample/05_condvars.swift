// Condition variables: where callbacks meet a program that waits.
import AnyEvent

// One value, sent by a callback.
let answer = AE.cv(Int.self)
let timer = AE.timer(0.01, 0) { answer.send(42) }
print("the answer: \(try answer.recv())")

// Several things at once: as many `end` as `begin`.
let all = AE.cv()
all.begin()
for number in 1...3 {
  all.begin()
  AE.postpone {
    print("part \(number)")
    all.end()
  }
}
all.end()
try all.recv()

// A failure is thrown by `recv`.
let failing = AE.cv()
AE.postpone { failing.croak("it did not work") }
do {
  try failing.recv()
} catch {
  print("caught: \(error)")
}

// A callback instead of waiting.
let later = AE.cv(String.self)
later.cb { cv in print("called back with \((try? cv.recv()) ?? "nothing")") }
later.send("a value")
