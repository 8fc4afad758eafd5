// The tutorial's chat client: finds the server, in Perl or Swift, joins it, and sends what is typed.
import AnyEvent
import AnyEventMP
import Glibc

let nick = CommandLine.arguments.dropFirst().first ?? "anonymous"

configure(nodeid: "eg_chat_client/%u", seeds: ["*:4040"])

let end_cv = AnyEvent.condvar()
var rest = ""

/// Calls back with every line that is typed; the program ends with the input.
func on_line(_ callback: @escaping (String) -> Void) -> IOWatcher {
  AE.io(STDIN_FILENO, .read) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count <= 0 { return end_cv.send() }
    rest += String(decoding: bytes[..<count], as: UTF8.self)
    while let end = rest.firstIndex(of: "\n") {
      callback(String(rest[..<end]))
      rest.removeSubrange(...end)
    }
  }
}

// What the server tells is text alone: no tag takes it.
let client = port { message in
  print(message[0].string ?? "")
}

var input: IOWatcher?

let guardian: Guard = db_mon("eg_chat_server") { family, added, changed, deleted in
  guard input == nil, let server = added.first else { return }

  mon(server) { reason in
    print("The server is gone.")
    end_cv.send()
  }
  snd(server, "join", client, nick)
  input = on_line { line in
    snd(server, "privmsg", nick, line)
  }
}

try end_cv.recv()

// What was said last arrives before the program ends.
let left_cv = AnyEvent.condvar()
Node.current.leave { left_cv.send() }
try left_cv.recv()
