// Monitors: callbacks and messages for the end of a port, of this node or of another one.
import AnyEvent
import AnyEventMP

let done = AnyEvent.condvar()
done.begin()

let worker = port()
let boss = port()

// A callback.
done.begin()
mon(worker) { reason in
  print("the worker is gone, reason: \(reason)")
  done.end()
}

// A message to another port.
rcv(boss, "restart") { (name: String) in
  print("restart \(name)")
  done.end()
}
done.begin()
mon(worker, boss, "restart", "the worker")

// A port that goes, too, unless the reason is empty.
let helper = port()
mon(worker, helper)
done.begin()
mon(helper) { reason in
  print("so is the helper")
  done.end()
}

// A monitor that ends before.
var guardian: Guard? = mon(worker) { reason in print("never printed") }
guardian = nil

kil(worker, "overworked", 3)
done.end()
try done.recv()
