// What programs on AnyEvent do most, to be measured: toolkit-bench timers COUNT | echo | http URL COUNT
import AnyEvent
import AnyEventHTTP
import Foundation

func usage() -> Never {
  FileHandle.standardError.write(
    Data("usage: toolkit-bench timers COUNT | echo | http URL COUNT\n".utf8))
  exit(2)
}

func seconds() -> Double { ProcessInfo.processInfo.systemUptime }

func timers(_ count: Int) {
  let begun = seconds()
  var timers: [TimerWatcher?] = []
  for number in 0..<count { timers.append(AE.timer(1000 + Double(number), 0) {}) }
  for place in timers.indices { timers[place] = nil }
  print(seconds() - begun)
}

func echo() throws {
  AE.autoflush()
  var handles: Set<Handle> = []
  let server: Guard = try tcp_server(
    "127.0.0.1", 0,
    { fh, host, port in
      handles.insert(
        Handle(
          fh: fh, on_error: { handle, fatal, message in handles.remove(handle) },
          on_read: { handle in
            handle.push_read(.line) { handle, line in handle.push_write("\(line)\n") }
          },
          on_eof: { handle in handles.remove(handle) }))
    },
    prepare: { fh, host, port in
      // It listens when this has returned.
      AE.postpone { print("port", port) }
      return 1024
    })
  try AE.cv().recv()
  withExtendedLifetime(server) {}
}

func http(_ url: String, _ count: Int) throws {
  var left = count
  let done = AE.cv()
  let begun = seconds()
  var next: (() -> Void)?
  next = {
    http_get(url, persistent: true) { body, hdr in
      if hdr.status != 200 {
        FileHandle.standardError.write(Data("\(hdr.status) \(hdr.reason)\n".utf8))
        exit(1)
      }
      left -= 1
      if left > 0 { next?() } else { done.send() }
    }
  }
  next?()
  try done.recv()
  next = nil
  print(seconds() - begun)
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.count) {
case ("timers", 2): timers(Int(arguments[1]) ?? 0)
case ("echo", 1): try echo()
case ("http", 3): try http(arguments[1], Int(arguments[2]) ?? 0)
default: usage()
}
