// Timers: once, again and again, and ended by their own callback.
import AnyEvent

let done = AE.cv()
var ticks = 0

let once = AE.timer(0.01, 0) { print("once, after 0.01 seconds") }

let again = AE.timer(0.02, 0.01) { timer in
  ticks += 1
  print("tick \(ticks)")
  if ticks == 3 {
    timer.cancel()
    done.send()
  }
}

// A watcher lasts as long as somebody keeps it.
var forgotten: TimerWatcher? = AE.timer(0.01, 0) { print("never printed") }
forgotten = nil

try done.recv()
