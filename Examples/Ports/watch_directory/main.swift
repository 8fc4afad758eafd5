// Says which files of a directory come, change and go, until there is one named "stop".
import AnyEvent
import Glibc

guard CommandLine.arguments.count == 3 else {
  print("usage: watch_directory DIRECTORY SECONDS")
  exit(1)
}

AE.autoflush()
let (directory, interval) = (CommandLine.arguments[1], Double(CommandLine.arguments[2]) ?? 1)
let done = AE.cv()
var size: TextDictionary<Int> = [:]
var is_looking = false

// Looks at the directory once; the callback gets the sizes of its files.
func look(_ cb: @escaping (_ now: TextDictionary<Int>) -> Void) {
  aio_readdir(directory) { names in
    guard let names
    else { return done.croak("\(directory): \(String(cString: strerror(errno)))") }
    var now: TextDictionary<Int> = [:]
    let all = AE.cv()
    all.begin { _ in
      cb(now)
    }
    for name in names {
      all.begin()
      aio_lstat("\(directory)/\(name)") { status in
        if let status, status.isFile { now[name] = status.size }
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
    } else if size[name] != now[name] {
      print("changed: \(name), \(size[name] ?? 0) to \(now[name] ?? 0) bytes")
    }
  }
  for name in size.keys.sorted() {
    if now[name] == nil { print("gone: \(name)") }
  }
  size = now
  if size["stop"] != nil { done.send() }
}

var timer: TimerWatcher?
timer = AE.timer(0, interval) {
  if is_looking { return }
  is_looking = true
  look { now in
    is_looking = false
    compare(now)
  }
}

try done.recv()
timer = nil
print("stopped with \(size.count) files")
