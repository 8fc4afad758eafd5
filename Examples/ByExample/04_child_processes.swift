// Child processes: commands with their input and output, and the end of a process.
import AnyEvent
import Glibc

let sorted = CommandOutput()
let sort = run_cmd(["sort", "-r"], ["<": .from("one\ntwo\nthree\n"), ">": .to(sorted)])
let status = try sort.recv()
print("sort has ended with \(status >> 8) and written:")
print(sorted.text, terminator: "")

// Lines of the shell, their output as it comes.
let shell = run_cmd(
  "echo to the output; exit 7",
  [
    ">": .call { data in
      guard let data else { return print("no more output") }
      print("output: \(data.text)", terminator: "")
    }
  ])
print("exit code \(try shell.recv() >> 8)")

// One that is ended by a signal.
var pid: Int32 = 0
let sleep = run_cmd(["sleep", "1000"], pid: &pid)
kill(pid, SIGTERM)
print("ended by signal \(try sleep.recv() & 127)")
