// Says which files of a directory come, change and go, until there is one named "stop".
import AnyEvent
import Glibc
let ARGV = Array(CommandLine.arguments.dropFirst())

if ARGV.count != 2 {
  print("usage: watch_directory DIRECTORY SECONDS")
  exit(1)
}

AE.autoflush()
let (directory, interval) = (ARGV[0], ARGV[1])
let done = AE.cv()
var size: TextDictionary<Int> = [:]
var is_looking = 0

// Looks at the directory once; the callback gets the sizes of its files.
func look(_ cb: @escaping (TextDictionary<Int>) -> Void) {
  aio_readdir(directory) { names in
    guard let names
    else { return done.croak("\(directory): \(SystemError.last)") }
    var now: TextDictionary<Int> = [:]
    let all = AE.cv()
    all.begin { _ in
      cb(now)
    }
    for name in names {
      all.begin()
      aio_lstat("\(directory)/\(name)") { success in
        if let success, success.isFile { now[name] = success.size }
        all.end()
      }
    }
    all.end()
  }
}

// Says what is new.
func compare(_ now: TextDictionary<Int>) {
  for name in now.keys.sorted() {
    if size[name] == nil {
      print("new: \(name), \(now[name] ?? 0) bytes")
    } else if (size[name] ?? 0) != (now[name] ?? 0) {
      print("changed: \(name), \(size[name] ?? 0) to \(now[name] ?? 0) bytes")
    }
  }
  for name in size.keys.sorted() {
    if now[name] == nil { print("gone: \(name)") }
  }
  size = now
  if size["stop"] != nil { done.send() }
}

var timer: TimerWatcher? = AE.timer(0, Double(interval) ?? 0) {
  if is_looking != 0 { return }
  is_looking = 1
  look { now in
    is_looking = 0
    compare(now)
  }
}

try done.recv()
timer = nil
print("stopped with \(size.count) files")
