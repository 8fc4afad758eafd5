// Asks pages again and again, and says which have changed or are gone. "http_checker SECONDS URL..."
import AnyEvent
import AnyEventHTTP
@preconcurrency import Foundation
@preconcurrency import Glibc
var ARGV = Array(CommandLine.arguments.dropFirst())

guard let interval = ARGV.isEmpty ? nil : ARGV.removeFirst() else { fputs("usage: http_checker SECONDS URL...\n", stderr); exit(255) }
let urls = ARGV.filter { $0.contains(/^https?:\/\//) }
let state_file = "/tmp/http_checker.json"
var status: TextDictionary<Value> = [:]; var seen: TextDictionary<Int> = [:]; var failed: [String] = []
var (ok, bad) = (0, 0)
let timeout = (Double(interval) ?? 0) / 2
let cv = AnyEvent.condvar()

AnyEventHTTP.USERAGENT = "http_checker"
AnyEventHTTP.TIMEOUT = 20

func note(_ url: String, _ text: String) {
  let time = AE.time
  print("\(String(format: "%.1f", time)) \(url + String(repeating: " ", count: max(0, 40 - url.count))) \(text)")
}

func check(_ url: String) {
  cv.begin()
  let started = AE.now
  http_get(url, recurse: 3, timeout: timeout) { body, hdr in
    let took = AE.now - started
    let status_value = hdr.status
    if String(status_value).contains(/^2/) {
      ok += 1
      let size = body?.count ?? 0
      if seen[url] != nil && (seen[url] ?? 0) != size { note(url, "changed: \(seen[url] ?? 0) to \(size) bytes") }
      seen[url] = size
    } else if status_value == 304 {
      note(url, "as before")
    } else {
      bad += 1
      failed.append(url)
      note(url, "failed with \(status_value) \(hdr.reason) after \(took)s")
    }
    status[url] = ["code": .int(status_value), "type": Value(hdr["content-type"]), "size": .int((body?.text ?? "").utf8.count)]
    cv.end()
  }
}

func save(_ cb: @escaping (Int) -> Void) {
  let text = (["ok": .int(ok), "bad": .int(bad), "urls": .array(urls.map { .string($0) })] as Value).debugDescription
  aio_open(state_file, O_WRONLY | O_CREAT, 0o644) { fh in
    guard let fh else { AE.log(.error, "\(state_file): \(SystemError.last)"); return }
    aio_write(fh, Array(text.utf8)) { length in
      close(fh)
      cb(length ?? 0)
    }
  }
}

var rounds = 0
var w: TimerWatcher?; w = AnyEvent.timer(after: 0, interval: (Double(interval) ?? 0)) {
  rounds += 1
  if rounds > 10 { w = nil; return cv.send() }
  for it in urls { check(it) }
}

aio_load(state_file) { data in
  guard let data
  else { return print("no state") }
  let old = (try? JSON.decode(data)) ?? .null
  for (key, value) in old.entries {
    print("\(key): \(value)")
  }
  print("the local one is left out")
}

cv.cb { cv in
  print("all done: \(Array(failed.sorted().reversed()).joined(separator: " "))")
}
try cv.recv()
let total = ok + bad
print("ok: \(String(repeating: "#", count: ok))")
if total == 0 { print("no pages") }
exit(bad != 0 ? 1 : 0)
