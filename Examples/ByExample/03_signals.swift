// Signals: callbacks of the loop, which may do whatever callbacks do.
import AnyEvent
import Glibc

let done = AE.cv()
var count = 0

let usr1 = AE.signal("USR1") {
  count += 1
  print("USR1, number \(count)")
  if count < 3 { kill(getpid(), SIGUSR1) } else { kill(getpid(), SIGTERM) }
}

let term = AE.signal("TERM") {
  print("TERM: this is the end")
  done.send()
}

kill(getpid(), SIGUSR1)
try done.recv()
