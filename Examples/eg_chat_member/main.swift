// A member of the chat room under supervision: joins whichever room there is, and says what is typed.
import AnyEvent
import AnyEventMP
import Glibc

let nick = CommandLine.arguments.dropFirst().first ?? "anonymous"

configure(nodeid: "eg_chat_member/%u", seeds: ["*:4040"])

AE.autoflush()

let end_cv = AnyEvent.condvar()
var room: String?
var input: Handle?

let me = port { message in print(message[0].string ?? "") }

let guardian: Guard = db_mon("eg_chat_room") { family, added, changed, deleted in
  if let left = room, family[left] == nil {
    print("(the room is closed)")
    room = nil
  }
  guard room == nil, let open = family.keys.first else { return }
  room = open
  snd(open, "join", me, nick)
  if input == nil { input = read_lines() }
}

func read_lines() -> Handle {
  Handle(
    fh: STDIN_FILENO,
    on_error: { handle, fatal, message in end_cv.send() },
    on_read: { handle in
      handle.push_read(.line) { handle, line in
        if let room { snd(room, "say", me, line) } else { print("(there is no room)") }
      }
    },
    on_eof: { handle in end_cv.send() })
}

try end_cv.recv()

// What was said last arrives before the program ends.
let left_cv = AnyEvent.condvar()
Node.current.leave { left_cv.send() }
try left_cv.recv()
