// A client of memcached: many requests at once on one connection, answered in order.
import AnyEvent
import Glibc

guard CommandLine.arguments.count == 3 else {
  print("usage: memcached_client HOST PORT")
  exit(1)
}

let (host, port) = (CommandLine.arguments[1], CommandLine.arguments[2])
let done = AE.cv()

let handle = Handle(
  connect: (host, port),
  on_error: { handle, fatal, message in
    done.croak("memcached: \(message)")
  })

// Sends a line, and calls back with the line of the answer.
func ask(_ line: String, _ cb: @escaping (String) -> Void) {
  done.begin()
  handle.push_write("\(line)\r\n")
  handle.push_read(.line) { handle, answer in
    cb(answer)
    done.end()
  }
}

func store(_ command: String, _ key: String, _ value: String) {
  let size = value.utf8.count
  ask("\(command) \(key) 0 0 \(size)\r\n\(value)") { answer in
    print("\(command) \(key): \(answer)")
  }
}

// Gets several keys; the callback has those that are there.
typealias Values = TextDictionary<String>
func get(_ keys: [String], _ cb: @escaping (Values) -> Void) {
  let values = Values()
  done.begin()
  handle.push_write("get \(keys.joined(separator: " "))\r\n")
  handle.push_read(.line) { handle, line in
    value(line, values, cb)
  }
}

// A line in the answer to get: one of a value, which follows it, or the last one.
func value(_ line: String, _ values: Values, _ cb: @escaping (Values) -> Void) {
  var values = values
  if let match = line.wholeMatch(of: /VALUE (\S+) \d+ (\d+)/) {
    let key = String(match.1)
    let size = Int(match.2) ?? 0
    handle.unshift_read(.chunk(size + 2)) { (handle, data: [UInt8]) in
      values[key] = data.prefix(size).text
      handle.unshift_read(.line) { handle, line in
        value(line, values, cb)
      }
    }
  } else {
    cb(values)
    done.end()
  }
}

func show(_ values: Values) {
  for key in values.keys.sorted() {
    print("   \(key) = \(values[key] ?? "")")
  }
}

store("set", "fruit", "apple")
store("add", "fruit", "pear")
store("append", "fruit", "s and\r\npears")
store("set", "number", "41")
store("replace", "none", "x")
ask("incr number 1") { answer in
  print("incr: \(answer)")
}
ask("incr fruit 1") { answer in
  print("incr: \(answer)")
}
get(["fruit", "none", "number"]) { values in
  print("found \(values.count)")
  show(values)
  ask("delete number") { answer in
    print("delete: \(answer)")
  }
  get(["fruit", "number"], show)
}
ask("nonsense") { answer in
  print("nonsense: \(answer)")
}
try done.recv()
