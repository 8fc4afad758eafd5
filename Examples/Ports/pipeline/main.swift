// Runs programs: what one writes, another one reads, and what goes wrong is noticed.
import AnyEvent
import Glibc

guard CommandLine.arguments.count >= 2 else {
  print("usage: pipeline WORD...")
  exit(1)
}
let words = CommandLine.arguments.dropFirst()
let text = words.map { "\($0)\n" }.joined()

// Prints how a program has ended.
func ended(_ name: String, _ status: Int32) {
  let code = status >> 8
  let signal = status & 127
  print("\(name): \(signal != 0 ? "signal \(signal)" : "exit code \(code)")")
}

// sort | uniq -c | sed: all at once, through pipes.
guard let (sorted_r, sorted_w) = portable_pipe() else { exit(1) }
guard let (counted_r, counted_w) = portable_pipe() else { exit(1) }
let output = CommandOutput()
let sort = run_cmd(["sort"], ["<": .from(text), ">": .fd(sorted_w)])
let uniq = run_cmd(["uniq", "-c"], ["<": .fd(sorted_r), ">": .fd(counted_w)])
let sed = run_cmd(["sed", "s/^ *//"], ["<": .fd(counted_r), ">": .to(output)])
for fd in [sorted_r, sorted_w, counted_r, counted_w] { close(fd) }
ended("sort", try sort.recv())
ended("uniq", try uniq.recv())
ended("sed", try sed.recv())
print(output.text, terminator: "")

// A line of the shell: output and errors apart, as they come, and a code.
let errors = CommandOutput()
var lines = 0
let shell = run_cmd(
  "echo one; echo two >&2; echo three; exit 7",
  [
    ">": .call { data in
      guard let data else { return print("that was all") }
      lines += data.filter { $0 == 10 }.count
    },
    "2>": .to(errors),
  ])
ended("shell", try shell.recv())
print("\(lines) lines, errors: \(errors.text)", terminator: "")

// Input that is made when it is wanted.
var left = 3
let count = CommandOutput()
let wc = run_cmd(
  ["wc", "-c"],
  [
    "<": .supply {
      if left == 0 { return nil }
      left -= 1
      return [UInt8](repeating: 120, count: 1000)
    },
    ">": .to(count),
  ])
ended("wc", try wc.recv())
print("counted \(Value(count.text).int ?? 0)")

// What does not exist, and what does not end by itself.
ended("nothing", try run_cmd(["/does/not/exist"], ["2>": "/dev/null"]).recv())
var pid: Int32 = 0
let sleep = run_cmd(["sleep", "1000"], pid: &pid)
let timer = AE.timer(0.1, 0) {
  kill(pid, SIGTERM)
}
ended("sleep", try sleep.recv())

// Several at once, and their codes in order.
let done = AE.cv()
var code: [Int: Int32] = [:]
done.begin()
for number in 1...5 {
  done.begin()
  run_cmd(["sh", "-c", "exit \(number)"]).cb { cv in
    code[number] = (try? cv.recv()).map { $0 >> 8 }
    done.end()
  }
}
done.end()
try done.recv()
print("codes: \((1...5).map { "\(code[$0] ?? 0)" }.joined(separator: " "))")
