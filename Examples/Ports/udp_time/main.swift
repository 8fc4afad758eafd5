// Tells the time by datagrams: "udp_time server PORT", and "udp_time client HOST PORT".
import AnyEvent
import Glibc

guard CommandLine.arguments.count >= 3 else {
  print("usage: udp_time server PORT | udp_time client HOST PORT")
  exit(1)
}
AE.autoflush()
var udp: Handle.UDP?

// A question is "time", "date SECONDS", or "echo TEXT".
func answer(_ question: String) -> Value {
  let words = question.split(separator: " ", maxSplits: 1)
  let (word, rest) = (words.first ?? "", words.last ?? "")
  if word == "time" {
    return ["time": .int(Int(AE.now))]
  } else if word == "date" {
    var (seconds, date) = (Int(rest) ?? 0, tm())
    gmtime_r(&seconds, &date)
    return Value(["year" => date.tm_year + 1900, "month" => date.tm_mon + 1, "day" => date.tm_mday])
  } else if word == "echo" {
    return ["echo": .string(String(rest))]
  } else {
    return ["error": "unknown question"]
  }
}

func server(_ port: String) throws {
  var asked = 0
  udp = Handle.UDP(
    bind: ("127.0.0.1", port),
    on_recv: { datagram, handle, from in
      asked += 1
      print("\(asked): \(datagram.text)")
      handle.push_send(answer(datagram.text).debugDescription, from)
    },
    on_error: { handle, fatal, message in
      print("error: \(message)")
    })
  let bound = udp?.sockname?.port ?? 0
  print("listening on port \(bound)")
  try AE.cv().recv()
}

func client(_ host: String, _ port: String) throws {
  let done = AE.cv()
  var questions = ["date 0", "date 951782400", "echo hello, world", "time", "what"]
  var question = questions.removeFirst()
  udp = Handle.UDP(
    connect: (host, port),
    rtimeout: 1,
    on_recv: { datagram, handle, from in
      guard let value = try? JSON.decode(datagram) else { return }
      if let time = value["time"].double {
        let near = abs(time - AE.now) < 5
        print("\(question): \(near ? "our clocks agree" : "our clocks differ")")
      } else {
        print("\(question): \(value.debugDescription)")
      }
      if questions.isEmpty { return done.send() }
      question = questions.removeFirst()
      handle.push_send(question)
    },
    on_rtimeout: { handle in
      print("asking again")
      handle.push_send(question)
    },
    on_error: { handle, fatal, message in
      done.croak(message)
    })
  udp?.push_send(question)
  try done.recv()
}

let (role, place) = (CommandLine.arguments[1], CommandLine.arguments.dropFirst(2))
if role == "server" {
  try server(place[2])
} else {
  try client(place[2], place[3])
}
