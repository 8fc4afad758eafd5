// DNS: questions to a server, which is one of our own here, so that nothing depends on the network.
import AnyEvent

// A server that knows two names. A record: its name is that of the question, type, class, time to live, length, data.
func record(_ type: UInt8, _ data: [UInt8]) -> [UInt8] {
  [0xC0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
}

let server = UDPHandle(
  bind: ("127.0.0.1", 0),
  on_recv: { datagram, handle, from in
    guard var message = DNS.dns_unpack(datagram), let question = message.qd.first else { return }
    var answer: [UInt8] = []
    switch (question.name, question.type) {
    case ("host.example", "a"): answer = record(1, [192, 0, 2, 7])
    case ("example", "txt"): answer = record(16, [9] + "some text".utf8)
    default: message.rc = "nxdomain"
    }
    message.qr = true
    guard var packet = DNS.dns_pack(message) else { return }
    packet[7] = answer.isEmpty ? 0 : 1
    handle.push_send(packet + answer, from)
  },
  on_error: { handle, fatal, message in print("error: \(message)") })

let resolver = DNS(server: ["127.0.0.1:\(server.sockname?.port ?? 0)"])
let done = AE.cv()

resolver.resolve("host.example", "a", search: [""]) { records in
  for record in records { print("\(record.name) has the address \(record[4])") }
  resolver.resolve("example", "txt", search: [""]) { records in
    for record in records { print("\(record.name) says: \(record[4])") }
    resolver.resolve("nobody.example", "a", search: [""]) { records in
      print("nobody.example has \(records.count) addresses")
      done.send()
    }
  }
}

try done.recv()
