// A client of http_server: "http_client http://HOST:PORT". Writes notes, reads and deletes them.
import AnyEvent
import AnyEventHTTP
import Glibc

guard CommandLine.arguments.count == 2 else {
  print("usage: http_client http://HOST:PORT")
  exit(1)
}
let base = CommandLine.arguments[1]

// One request after the other, so that the notes get their numbers in order.
AnyEventHTTP.USERAGENT = "http_client"
AnyEventHTTP.MAX_PER_HOST = 1

// Prints what has come back.
func show(_ what: String, _ body: HTTPBody?, _ hdr: HTTPHeaders) {
  if hdr.status / 10 == 59 {
    print("\(what): no answer, \(hdr.status)")
  } else {
    let type = hdr["content-type"] ?? "nothing"
    let size = body?.count ?? 0
    print("\(what): \(hdr.status) \(hdr.reason), \(type), \(size) bytes")
    if size > 0 && hdr.status < 500 { print("   \(body?.text ?? "")", terminator: "") }
  }
}

// Each answer has the number of its note.
var done = AE.cv()
var number: TextDictionary<Value> = [:]
for text in ["bread", "butter", "äpfel"] {
  done.begin()
  http_post("\(base)/notes", try JSON.encode(["text": .string(text)])) { body, hdr in
    let note = try? JSON.decode(body?.bytes ?? [])
    number[text] = note?["id"]
    done.end()
  }
}
try done.recv()
print("there are \(number.count) notes")

// One after the other, on a connection that is kept.
var requests = [
  ("GET", "/notes/1"),
  ("HEAD", "/notes"),
  ("GET", "/nothing"),
  ("GET", "/notes/77"),
  ("PUT", "/notes/1"),
  ("DELETE", "/notes/2"),
  ("GET", "/notes/2"),
  ("GET", "/slowly"),
]

done = AE.cv()
var next: (() -> Void)?
next = {
  if requests.isEmpty { return done.send() }
  let (method, path) = requests.removeFirst()
  http_request(
    method, "\(base)\(path)",
    headers: ["x-note": "one"],
    timeout: 10,
    persistent: true
  ) { body, hdr in
    show("\(method) \(path)", body, hdr)
    next?()
  }
}
next?()
try done.recv()

// Only the head of an answer, and one that is refused by it.
done = AE.cv()
done.begin()
http_get(
  "\(base)/notes",
  on_header: { hdr in
    print("the type is \(hdr["content-type"] ?? "")")
    return false
  }
) { body, hdr in
  print("refused: \(hdr.status)")
  done.end()
}
done.begin()
http_post("\(base)/notes", "no JSON") { body, hdr in
  show("POST /notes", body, hdr)
  done.end()
}
try done.recv()

// Nobody listens at the port of nobody.
done = AE.cv()
http_get("http://127.0.0.1:1/") { body, hdr in
  show("GET /", body, hdr)
  done.send()
}
try done.recv()
