import AnyEvent
import CLibUV
import Foundation

/// Makes a mistake that must end the program with a sentence.
func commit(_ kind: String) {
  let loop = Loop.default
  let carrier = Carrier(loop: loop)
  switch kind {
  case "thread":
    loop.runOnce(waiting: false)
    Thread { _ = carrier.loop.timer(after: 1) {} }.start()
    while true { sleep(1) }
  case "signal": _ = AE.signal("NONSENSE") {}
  case "harmful": _ = AE.signal("\u{9b}31m\u{202e}\n\u{2028}") {}
  case "unwatchable": _ = loop.signal(SIGKILL) {}
  case "end":
    let cv = AE.cv()
    cv.begin()
    cv.end()
    cv.end()
  case "value":
    let cv = AE.cv(Int.self)
    cv.begin()
    cv.end()
  case "nested":
    loop.postpone { loop.run() }
    loop.run()
  case "closed":
    loop.close()
    loop.run()
  case "descriptor": _ = AE.io(999, .read) {}
  case "group": _ = AE.child(-1) { _, _ in }
  case "chunk": _ = HandleReadType.chunk(-1)
  case "mode": _ = AE.io(0, "x") {}
  case "command-key": run_cmd("true", ["x>": "/dev/null"])
  case "command-direction": run_cmd("true", [">": .from("text")])
  case "command-empty": run_cmd([])
  case "time": loop.advance(by: 1)
  default: fail("there is no mistake called \(kind)")
  }
}

private struct Carrier: @unchecked Sendable {
  let loop: Loop
}
