// A node for tests of data connections with Perl (scripts/tests/perl_data.sh):
//
//     aemp-data-node serve   puts a port into a family and sends back what comes over data connections
//                            to MyApp::echo
//     aemp-data-node call    makes one to each node in the family, sends bytes and wants them back
//
// The configuration file has its node id, listeners and seeds.
import AnyEvent
import AnyEventMP
import Foundation

func end(_ text: String, _ status: Int32) -> Never {
  print(text)
  exit(status)
}

let family = "eg_data"
let count = 60_000
var handles: [Handle] = []

/// Sends back what comes.
func serve() {
  let own = port()
  DataConn.sub("MyApp::echo") { (name: String, number: Int, handle: Handle) in
    print("Connected: \(name) \(number + 1)")
    handles.append(handle)
    var bytes = 0
    handle.on_error = { _, _, message in print("Ended: \(bytes) bytes (\(message))") }
    handle.on_eof = { handle in
      print("Ended: \(bytes) bytes")
      handle.destroy()
    }
    handle.on_read = { handle in
      let part = Array(handle.rbuf.bytes)
      handle.rbuf.removeFirst(part.count)
      bytes += part.count
      handle.push_write(part)
    }
  }
  db_reg(family, own)
}

/// Wants back from a node what it sends; before, a connection to what there is not fails.
func call(_ node: String) {
  Node.current.connectData(to: node, within: 10, function: "MyApp::unknown") { result in
    guard case .failure(let error) = result else {
      end("there is a connection to a function that there is not", 1)
    }
    print("Refused: \(error)")
    DataConn.connect_to(node, 10, "MyApp::echo", "swift", 6) { handle in echo(handle) }
  }
}

func echo(_ handle: Handle) {
  print("Connected")
  handles.append(handle)
  let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
  handle.on_error = { _, _, message in end("error: \(message)", 1) }
  handle.push_write(sent)
  handle.push_read(.chunk(count)) { handle, bytes in
    guard Array(bytes) == sent else { end("other bytes came back", 1) }
    handle.push_shutdown()
    handle.on_eof = { _ in end("\(count) bytes came back", 0) }
    handle.on_read = { _ in end("more than that came back", 1) }
  }
}

configure()
if CommandLine.arguments.dropFirst().elementsEqual(["serve"]) {
  serve()
} else {
  db_mon(family) { _, added, _, _ in
    for port in added { call(node_of(PortID(port))) }
  }
}

try AnyEvent.condvar().recv()
