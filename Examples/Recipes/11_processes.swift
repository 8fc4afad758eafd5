// Processes: commands, children, signals, and work beside the loop.
import AnyEvent
import Glibc

// == A command with its input and output
// `CommandOutput` is the variable that `\my $out` is.

let sorted = CommandOutput()
let cv = run_cmd(["sort", "-r"], ["<": .from("one\ntwo\nthree\n"), ">": .to(sorted)])

let status = try cv.recv()
print("\(status >> 8): \(sorted.text.split(separator: "\n").joined(separator: " "))")

// == Its output as it comes

let shell = run_cmd(
  "echo first; echo second; exit 3",
  [">": .call { data in print(data?.text ?? "the end\n", terminator: "") }])

print("exit code \(try shell.recv() >> 8)")

// == A command that is ended

var pid: Int32 = 0
let sleep = run_cmd(["sleep", "1000"], pid: &pid)

let w = AE.timer(0.01, 0) { kill(pid, SIGTERM) }
print("signal \(try sleep.recv() & 127)")

// == Waiting for a process

let ended = AE.cv(Int32.self)
var child: Int32 = 0
run_cmd(["sh", "-c", "exit 7"], pid: &child)
let watcher = AE.child(child) { pid, status in ended.send(status >> 8) }
print("the child has ended with \(try ended.recv())")

// == Signals

let signalled = AE.cv()
var count = 0

let usr1 = AE.signal("USR1") {
  count += 1
  print("USR1")
  if count < 2 { kill(getpid(), SIGUSR1) } else { signalled.send() }
}

kill(getpid(), SIGUSR1)
try signalled.recv()

// == Work beside the loop
// A thread, not a process: the closure may not use the program's variables, and the compiler says so. What it needs, it
// captures as constants.

let worked = AE.cv(String.self)
let limit = 100_000

fork_call { [limit] in
  (1...limit).reduce(0, +)
} cb: { result in
  worked.send("\(result.get())")
}

print(try worked.recv())

// == Work that fails
// The result is one of two: what was returned, or what was thrown.

struct TooMuch: Error, CustomStringConvertible {
  let description = "too much"
}

let failing = AE.cv(String.self)

fork_call { () throws -> Int in
  throw TooMuch()
} cb: { result in
  switch result {
  case .success: failing.send("done")
  case .failure(let error): failing.send("failed: \(error)")
  }
}

print(try failing.recv())

// == Files

let path = "/tmp/recipe.\(getpid())"
let written = AE.cv(Int.self)

aio_open(path, O_WRONLY | O_CREAT, 0o600) { fh in
  guard let fh else { return written.croak("\(path): \(SystemError.last)") }
  aio_write(fh, Array("some text\n".utf8)) { length in
    guard let length else { return written.croak("\(path): \(SystemError.last)") }
    aio_close(fh) { _ in written.send(length) }
  }
}

print("\(try written.recv()) bytes")

let loaded = AE.cv(String.self)
aio_load(path) { data in
  guard let data else { return loaded.croak("\(path): \(SystemError.last)") }
  aio_unlink(path) { _ in loaded.send(data.text) }
}

print(try loaded.recv(), terminator: "")
