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
