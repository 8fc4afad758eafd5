// Tells the time by datagrams: "udp_time server PORT", and "udp_time client HOST PORT".
import AnyEvent
import Glibc
let ARGV = Array(CommandLine.arguments.dropFirst())

if ARGV.count < 2 {
  print("usage: udp_time server PORT | udp_time client HOST PORT")
  exit(1)
}
AE.autoflush()
// JSON.encode and JSON.decode take no coder.
var udp: UDPHandle?

// A question is "time", "date SECONDS", or "echo TEXT".
func answer(_ question: [UInt8]) -> Value {
  let parts = question.text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init); let (word, rest) = (parts.first ?? "", parts.dropFirst(1).first ?? "")
  if word == "time" {
    return ["time": .int(Int(AE.now))]
  } else if word == "date" {
    var time = time_t(Int(rest) ?? 0)
    var parts = tm()
    gmtime_r(&time, &parts)
    let date = [0, 0, 0, Int(parts.tm_mday), Int(parts.tm_mon), Int(parts.tm_year)]
    return ["year": .int(date[5] + 1900), "month": .int(date[4] + 1), "day": .int(date[3])]
  } else if word == "echo" {
    return ["echo": .string(rest)]
  } else {
    return ["error": "unknown question"]
  }
}

func server(_ port: String) throws {
  var asked = 0
  udp = UDPHandle(
    bind: ("127.0.0.1", port),
    on_recv: { datagram, handle, from in
      asked += 1
      print("\(asked): \(datagram.text)")
      handle.push_send(answer(datagram).debugDescription, from)
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
  var question: String? = questions.isEmpty ? nil : questions.removeFirst()
  udp = UDPHandle(
    connect: (host, port),
    rtimeout: 1,
    on_recv: { datagram, handle, from in
      let value = (try? JSON.decode(datagram)) ?? .null
      if !value["time"].isNull {
        let near = (Int(abs((value["time"].double ?? 0) - AE.now))) < 5
        print("\(question ?? ""): \(near ? "our clocks agree" : "our clocks differ")")
      } else {
        print("\(question ?? ""): \(value.debugDescription)")
      }
      question = questions.removeFirst()
      guard let question else { return done.send() }
      handle.push_send(question)
    },
    on_rtimeout: { handle in
      print("asking again")
      handle.push_send(question ?? "")
    },
    on_error: { handle, fatal, message in
      done.croak(message)
    })
  udp?.push_send(question ?? "")
  try done.recv()
}

let (role, where_) = (ARGV[0], Array(ARGV.dropFirst(1)))
if role == "server" {
  try server(where_[0])
} else {
  try client(where_[0], where_[1])
}
