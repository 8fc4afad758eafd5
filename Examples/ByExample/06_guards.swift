// Guards: what is to be done when something is not needed any more.
import AnyEvent

func work() {
  let cleanup = Guard { print("cleaned up, whichever way it went") }
  withExtendedLifetime(cleanup) { print("working") }
}
work()

var lock: Guard? = Guard { print("unlocked") }
print("locked")
lock = nil

// One that is not to be called.
let changed_my_mind = Guard { print("never printed") }
changed_my_mind.cancel()
