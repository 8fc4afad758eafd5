// Connections: servers, clients, and who is connected.
import AnyEvent
import Glibc

// == A server that knows its clients
// Who hangs up without having read everything causes an error at the other end, who has read it an end: both mean that it is
// gone. A handle lasts as long as somebody keeps it: the dictionary does. `tcp_server` throws where the address cannot be had. Its
// guard needs its type; without one the server goes on for ever.

var client: [Int: Handle] = [:]
var port = 0
var last = 0

var server: Guard? = try tcp_server("127.0.0.1", 0) { fh, host, _ in
  last += 1
  let id = last
  let gone = {
    client[id] = nil
    toAll("\(id) has left")
  }
  let handle = Handle(fh: fh, on_error: { _, _, _ in gone() }, on_eof: { _ in gone() })
  handle.on_read = { handle in
    handle.push_read(.line) { handle, line in toAll("\(id): \(line)") }
  }
  client[id] = handle
  toAll("\(id) is here")
} prepare: { fh, host, listens in
  port = listens
  return 0
}

// == To all of them

func toAll(_ text: String) {
  for (_, handle) in client.sorted(by: { $0.key < $1.key }) { handle.push_write("\(text)\n") }
}

// == A client

var heard = AE.cv()

let first = Handle(
  connect: ("127.0.0.1", port),
  on_connect_error: { _, message in heard.croak("no connection: \(message)") },
  on_error: { _, _, message in heard.croak("error: \(message)") })

first.push_read(.line) { handle, line in
  print("first hears: \(line)")
  heard.send()
}
try heard.recv()

// == Below a handle
// `tcp_connect` gives a descriptor, or nil.

heard = AE.cv()
var second: Handle?

tcp_connect("127.0.0.1", port) { fh in
  guard let fh else { return heard.croak("no connection: \(SystemError.last)") }
  second = Handle(fh: fh)
  second?.push_write("hello\n")
}

for time in 1...2 {
  first.push_read(.line) { handle, line in
    print("first hears: \(line)")
    if time == 2 { heard.send() }
  }
}
try heard.recv()
print("\(client.count) clients")

// == Hanging up

heard = AE.cv()
first.push_read(.line) { handle, line in
  print("first hears: \(line)")
  heard.send()
}
second?.destroy()
try heard.recv()
print("\(client.count) client")

// == An end to the server

server = nil
client = [:]

let refused = AE.cv(String.self)
let attempt: Guard = tcp_connect("127.0.0.1", port) { fh in
  refused.send(fh != nil ? "connected" : "\(SystemError.last)")
}
print(try refused.recv())

// == Addresses

if let (host, service) = parse_hostport("example.org:8080") { print("\(host), \(service)") }
let addresses = ["127.0.0.1", "0:0::1"].compactMap { parse_address($0) }
print(addresses.compactMap { format_address($0) }.joined(separator: " "))
print(parse_address("nonsense") != nil ? "an address" : "no address")

// == Looking up a name
// For other kinds of records see DNS in [AEMP by example](ByExample.md).

let found = AE.cv(String.self)
AnyEvent.resolve_sockaddr("127.0.0.1", 80, "tcp", 4, nil) { addresses in
  guard let (port, host) = addresses.first.flatMap({ unpack_sockaddr($0.sockaddr) }) else {
    return found.send("nothing")
  }
  found.send("\(format_address(host) ?? "?"), port \(port)")
}
print(try found.recv())
