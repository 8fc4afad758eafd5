// A server that takes files, one after the other, each in steps: a name, pieces, an end.
// file_server.pl is the same in Perl, for Coro::MP, line by line.
import AnyEvent
import AnyEventMP

var files: [String: String] = [:]

let server = port_async {
  while true {
    // Who comes while a file is written waits in the mailbox.
    let (name, client) = try await get("write_file", as: String.self, PortID.self)
    print("server: \(name)")
    snd(client, "go_on", SELF)

    var data = ""
    while true {
      let message = try await get_cond(timeout: 1) { $0[0] == "piece" || $0[0] == "end" }
      guard let message else { throw die("\(name) has no end") }
      if message[0] == "end" { break }
      data += message[1].string ?? ""
    }

    files[name] = data
    snd(client, "written", name, data.utf8.count)
  }
}

var done = AnyEvent.condvar()

func write_file(_ name: String, _ pieces: String...) {
  done.begin()
  port_async {
    snd(server, "write_file", name, SELF)
    let writer = try await get("go_on", as: PortID.self)
    for piece in pieces { snd(writer, "piece", piece) }
    snd(writer, "end")
    let (written, size) = try await get("written", as: String.self, Int.self)
    print("client: \(written) has \(size) bytes")
    done.end()
  }
}

write_file("haiku", "an old silent pond\n", "a frog jumps in\n", "the sound of water\n")
write_file("empty")
write_file("letter", "dear reader\n")
try done.recv()

for name in files.keys.sorted() { print("\(name): \(files[name]?.utf8.count ?? 0)") }

// What is sent to nobody is dropped, and what has no end is given up.
done = AnyEvent.condvar()
mon(server) { reason in
  let (what, text) = (reason[0].string ?? "", reason[1].string ?? "")
  print("\(what): \(text)")
  done.send()
}
snd(server, "write_file", "torso", port {})
snd(server, "piece", "the beginning")
try done.recv()
