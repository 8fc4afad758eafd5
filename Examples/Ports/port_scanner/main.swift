// Says which ports of a host are open: "port_scanner HOST LIMIT PORT...", with so many at a time.
import AnyEvent
import Glibc

guard CommandLine.arguments.count >= 3 else {
  print("usage: port_scanner HOST LIMIT PORT...")
  exit(1)
}
let (host, limit, ports) = (
  CommandLine.arguments[1], Int(CommandLine.arguments[2]) ?? 1, CommandLine.arguments.dropFirst(3)
)
var waiting = ports
var state: TextDictionary<String> = [:]
var in_flight = 0
var most = 0
let done = AE.cv()

// Begins to look at ports as long as there is room.
func scan() {
  while in_flight < limit && !waiting.isEmpty {
    let port = waiting.removeFirst()
    in_flight += 1
    if in_flight > most { most = in_flight }
    done.begin()
    tcp_connect(host, port) { fh in
      if let fh {
        state[port] = "open"
        close(fh)
      } else {
        state[port] = String(cString: strerror(errno))
      }
      in_flight -= 1
      scan()
      done.end()
    } prepare: { fh in
      2
    }
  }
}

done.begin()
scan()
done.end()
try done.recv()

for port in ports {
  print("\(port): \(state[port] ?? "")")
}
let open = state.values.filter { $0 == "open" }.count
print("\(open) of \(ports.count) are open, \(most) were looked at at a time")
