// Passing your first message: a port, a callback for its messages, and a message to it.
import AnyEvent
import AnyEventMP

let end_cv = AnyEvent.condvar(Int.self)

let receiver = port()

rcv(receiver, "test") { (data: Int) in
  end_cv.send(data)
}

snd(receiver, "test", 123)

let data = try end_cv.recv()
print("Ending with: \(data)")
