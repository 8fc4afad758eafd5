// The database: families of entries that all nodes see. What a port registers is gone when it is.
import AnyEvent
import AnyEventMP

configure(nodeid: "database", binds: ["127.0.0.1:*"], secret: "a secret by example", norc: true)

let done = AnyEvent.condvar()
let printers = [port(), port()]

let watch: Guard = db_mon("printers") { family, added, changed, deleted in
  for key in added { print("new: \(family[key]?.string ?? "")") }
  for key in changed { print("changed: \(family[key]?.string ?? "")") }
  if !deleted.isEmpty { print("gone: \(deleted.count), left: \(family.count)") }

  // The next step depends on the entries that there are.
  if family.count == 2 && changed.isEmpty { db_set("printers", printers[0], "black and white") }
  if !changed.isEmpty { kil(printers[1]) }
  if family.count == 1 && !deleted.isEmpty { done.send() }
}

db_reg("printers", printers[0], "black")
AE.postpone { db_reg("printers", printers[1], "in colour") }
try done.recv()

let asked = AnyEvent.condvar()
db_values("printers") { values in
  print("values: \(values)")
  asked.send()
}
try asked.recv()
