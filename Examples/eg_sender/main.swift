// The sender: finds the receivers through its seed and sends each of them the time.
import AnyEvent
import AnyEventMP

configure(nodeid: "eg_sender/%u", seeds: ["*:4040"])

let guardian: Guard = db_mon("eg_receivers") { family, added, changed, deleted in
  if family.isEmpty { return }

  // now there are some receivers, send them a message
  for receiver in family.keys {
    snd(receiver, "test", Int(AE.time))
  }
}

try AnyEvent.condvar().recv()
