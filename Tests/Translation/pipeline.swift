// Runs programs: what one writes, another one reads, and what goes wrong is noticed.
import AnyEvent
import Glibc
let ARGV = Array(CommandLine.arguments.dropFirst())

if ARGV.count < 1 {
  print("usage: pipeline WORD...")
  exit(1)
}
let words = ARGV
var text = words.map { "\($0)\n" }.joined()

// Prints how a program has ended.
func ended(_ name: String, _ status: Int) {
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
for it in [sorted_r, sorted_w, counted_r, counted_w] { close(it) }
ended("sort", Int(try sort.recv()))
ended("uniq", Int(try uniq.recv()))
ended("sed", Int(try sed.recv()))
print(output.text, terminator: "")

// A line of the shell: output and errors apart, as they come, and a code.
let errors = CommandOutput()
var lines = 0
let shell = run_cmd("echo one; echo two >&2; echo three; exit 7", [
  ">": .call { data in
  guard let data else { return print("that was all") }
  lines += data.filter { $0 == 10 }.count
},
  "2>": .to(errors)])
ended("shell", Int(try shell.recv()))
print("\(lines) lines, errors: \(errors.text)", terminator: "")

// Input that is made when it is wanted.
var left = 3
let count = CommandOutput()
let wc = run_cmd(["wc", "-c"], [
  "<": .supply {
  if left == 0 { return nil }
  left -= 1
  return Array(String(repeating: "x", count: 1000).utf8)
},
  ">": .to(count)])
ended("wc", Int(try wc.recv()))
print("counted \(Value(count.text).int ?? 0)")

// What does not exist, and what does not end by itself.
ended("nothing", Int(try run_cmd(["/does/not/exist"], ["2>": "/dev/null"]).recv()))
var pid: Int32 = 0
let sleep = run_cmd(["sleep", "1000"], pid: &pid)
let timer = AE.timer(0.1, 0) {
  kill(pid, SIGTERM)
}
ended("sleep", Int(try sleep.recv()))

// Several at once, and their codes in order.
let done = AE.cv()
var code: [Int: Int] = [:]
done.begin()
for number in 1...5 {
  done.begin()
  run_cmd(["sh", "-c", "exit \(number)"]).cb { cv in
    code[number] = Int((try? cv.recv()) ?? 0) >> 8
    done.end()
  }
}
done.end()
try done.recv()
print("codes: \((1...5).map { code[$0] ?? 0 }.map { String($0) }.joined(separator: " "))")
