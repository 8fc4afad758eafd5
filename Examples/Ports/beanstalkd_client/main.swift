// Jobs by beanstalkd: one connection puts them into a tube, another one takes them out and works on them.
import AnyEvent
import Glibc

guard CommandLine.arguments.count == 4 else {
  print("usage: beanstalkd_client HOST PORT TUBE")
  exit(1)
}

let (host, port, tube) = (
  CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3]
)
var done = AE.cv()

func connection(_ name: String) -> Handle {
  Handle(
    connect: (host, port),
    on_error: { handle, fatal, message in
      done.croak("\(name): \(message)")
    },
    no_delay: true)
}

// Sends a command; the callback gets the words of the answer, and the data that follows it.
func command(_ handle: Handle, _ command: String, _ cb: @escaping ([Substring], String) -> Void) {
  handle.push_write("\(command)\r\n")
  handle.push_read(.line) { handle, line in
    let words = line.split(separator: " ")
    if words[0] == "RESERVED" || words[0] == "FOUND" || words[0] == "OK" {
      let size = Int(words[words.count - 1]) ?? 0
      handle.unshift_read(.chunk(size + 2)) { (handle, data: [UInt8]) in
        cb(words, data.prefix(size).text)
      }
    } else {
      cb(words, "")
    }
  }
}

func put(
  _ handle: Handle, _ priority: Int, _ delay: Int, _ job: Value,
  _ cb: @escaping ([Substring], String) -> Void
) {
  let data = job.debugDescription
  let size = data.utf8.count
  command(handle, "put \(priority) \(delay) 60 \(size)\r\n\(data)", cb)
}

// --- The producer: jobs of several priorities.

let producer = connection("producer")
command(producer, "use \(tube)") { words, _ in
  print("producer: \(words.joined(separator: " "))")
}
let jobs = [(30, "fib", 20), (10, "sum", 1000), (20, "nonsense", 0), (10, "fib", 10)]
for job in jobs {
  let (priority, what, number) = job
  done.begin()
  put(producer, priority, 0, ["what": .string(what), "number": .int(number)]) { words, _ in
    print("put \(what) \(number): \(words[0])")
    done.end()
  }
}
try done.recv()

// --- The worker: what has the lowest number comes first.

func fib(_ n: Int) -> Int {
  n < 2 ? n : fib(n - 1) + fib(n - 2)
}

let work: TextDictionary<(Int) -> Int> = [
  "fib": fib,
  "sum": { n in
    n * (n + 1) / 2
  },
]

done = AE.cv()
let worker = connection("worker")
command(worker, "watch \(tube)") { words, _ in
  print("worker: \(words.joined(separator: " "))")
}

var next: (() -> Void)?
next = {
  command(worker, "reserve-with-timeout 0") { words, data in
    if words[0] != "RESERVED" { return done.send() }
    let id = words[1]
    guard let job = try? JSON.decode(data) else { return done.croak("no JSON") }
    let (what, number) = (job["what"].string ?? "", job["number"].int ?? 0)
    if let code = work[what] {
      print("\(what) \(number) = \(code(number))")
      command(worker, "delete \(id)") { _, _ in next?() }
    } else {
      print("\(what): buried")
      command(worker, "bury \(id) 5") { _, _ in next?() }
    }
  }
}
next?()
try done.recv()

// --- What is left.

done = AE.cv()
command(producer, "stats-tube \(tube)") { words, data in
  for line in data.split(separator: "\n") {
    if line.contains(/^current-jobs-(ready|buried|reserved):/) { print(line) }
  }
  command(producer, "peek-buried") { words, data in
    print("buried: \(data)")
    command(producer, "delete \(words[1])") { words, _ in
      print(words[0])
      done.send()
    }
  }
}
try done.recv()
