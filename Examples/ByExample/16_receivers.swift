// Receivers: with types, with the whole message, several at once, and one for what has no other.
import AnyEvent
import AnyEventMP

let done = AnyEvent.condvar()
let p = port()

rcv(
  p,
  // Arguments are converted as in Perl: "7" is a number, 7 a text.
  on("typed") { (number: Int, text: String?) in print("typed: \(number), \(text ?? "no text")") },
  on("whole") { message in print("whole: \(message.count) values, the second is \(message[1])") },
  on("hash") { (hash: Value) in
    print("hash: \(hash["name"]) with \(hash["list"].elements.count) elements")
  },
  on("bare") { print("bare") })

rcv(p) { message in print("no receiver has the tag \(message[0])") }

snd(p, "typed", "7", 7)
snd(p, "typed", 1)
snd(p, "whole", 1, 2.5, nil)
snd(p, "hash", ["name" => "a hash", "list" => [1, "two", nil]])
snd(p, "bare", "what", "is", "sent", "beyond")
snd(p, "else", 1)

// An argument that does not fit its type kills the port, and its monitors get to know why.
mon(p) { reason in
  print("the port died: \(reason[0])")
  done.send()
}
snd(p, "typed", ["not", "a", "number"])

try done.recv()
