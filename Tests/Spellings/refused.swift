// Spellings that have no meaning in Swift: the compiler refuses each in little time, with a sentence that says what is
// wrong. scripts/tests/spellings.sh compares the sentences with those that are expected here.

import AnyEvent
import AnyEventMP

let p = port()
let anything: [String: Any] = ["a": 1, "b": "x"]
let things: [Any] = [1, "x"]

// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
snd(p, anything)
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
snd(p, "t", anything)
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
snd(p, "t", 1, anything)
// expected-error@+1 {{values of type Any cannot be sent: declare an array}}
snd(p, "t", things)
// expected-error@+1 {{values of type Any cannot be stored}}
db_set("family", "key", anything)
// expected-error@+1 {{values of type Any cannot be stored: write ["a" => x, "b" => y]}}
db_reg("family", p, anything)
// expected-error@+1 {{values of type Any cannot be a reason: write ["a" => x, "b" => y]}}
kil(p, anything)
// expected-error@+1 {{values of type Any cannot be a reason: write ["a" => x, "b" => y]}}
kil(p, "reason", anything)
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
spawn(NODE, "My::init", anything)
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
let worker = spawn(NODE, "My::init", 1, anything)
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
snd_to_func(NODE, "My::function", anything)
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
after(1, p, "t", anything)
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
cal(p, "t", anything) { reply in print(reply) }
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
cal(p, "t", anything, timeout: 5) { print("an answer") }
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
cal(p, "t", anything) { (n: Int?) in print(n as Any) }
// expected-error@+1 {{values of type Any cannot be sent: write ["a" => x, "b" => y]}}
cal(p, "t", anything) { (n: Int, text: String) in print(n, text) }

func write(to handle: Handle) {
  // expected-error@+1 {{values of type Any cannot be written: write ["a" => x, "b" => y]}}
  handle.push_write(.json, anything)
  // expected-error@+1 {{values of type Any cannot be written: write ["a" => x, "b" => y]}}
  handle.push_write(.cbor, anything)
  // expected-error@+1 {{values of type Any cannot be written: declare an array of Value}}
  handle.push_write(.json, things)
}
