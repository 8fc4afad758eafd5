// Looks names up, all at once: "lookup NAME...", or "lookup --server ADDRESS NAME..." for a name server of one's own.
import AnyEvent
import Glibc

guard CommandLine.arguments.count >= 2 else {
  print("usage: lookup [--server ADDRESS] NAME...")
  exit(1)
}

var names = Array(CommandLine.arguments.dropFirst())
var dns: DNS?
if names[0] == "--server" {
  names.removeFirst()
  let server = names.removeFirst()
  dns = DNS(server: [server], timeout: [1, 2])
}

var found: TextDictionary<[String]> = [:]
let done = AE.cv(Int.self)

// Notes the addresses of a name, in an order that is the same each time.
func found(_ name: String, _ addresses: [String]) {
  let list = addresses.sorted()
  found[name] = list
  done.end()
}

done.begin { cv in
  let known = names.filter { found[$0] != [] }
  cv.send(known.count)
}
for name in names {
  done.begin()
  if let dns {
    dns.resolve(name, "a") { records in
      found(name, records.map { "\($0[4])" })
    }
  } else {
    inet_aton(name) { addresses in
      found(name, addresses.compactMap { format_address($0) })
    }
  }
}
done.end()

let count = try done.recv()
for name in names {
  let addresses = found[name] ?? []
  print("\(name): \(addresses.isEmpty ? "unknown" : addresses.joined(separator: ", "))")
}
print("\(count) of \(names.count) are known")
