// Handles: what is read next, what is written, and how it ends.
import AnyEvent
import Glibc

// == Two ends of a connection
// A handle owns its descriptor, and lasts as long as somebody keeps it.

guard let (one, two) = portable_socketpair() else { exit(1) }

var done = AE.cv()
let writer = Handle(fh: one)
let reader = Handle(
  fh: two,
  on_error: { handle, fatal, message in
    handle.destroy()
    done.croak(message)
  })

// == One request after the other

reader.push_read(.line) { handle, line in
  let length = line.wholeMatch(of: /length (\d+)/).flatMap { Int($0.1) } ?? 0
  handle.push_read(.chunk(length)) { (handle, data: String) in
    print("\(length) bytes: \(data)")
    done.send()
  }
}

writer.push_write("length 5\nhello")
try done.recv()

// == What is read depends on what was read
// `unshift_read` is for what comes next, before all that is wanted already.

done = AE.cv()
var count = 0

func show(_ kind: String, _ data: String) {
  print("\(kind): \(data)")
  count += 1
  if count == 2 { done.send() }
}

reader.on_read = { handle in
  handle.push_read(.chunk(1)) { (handle, kind: String) in
    if kind == "t" {
      handle.unshift_read(.line) { handle, data in show(kind, data) }
    } else {
      handle.unshift_read(.chunk(2)) { (handle, data: String) in show(kind, data) }
    }
  }
}

writer.push_write("tsome text\nbAB")
try done.recv()
reader.on_read = nil

// == Taking the bytes oneself
// The callback is called again for more until it returns true.

done = AE.cv()

reader.push_read { handle in
  guard let end = handle.rbuf.bytes.firstIndex(of: UInt8(ascii: ";")) else { return false }
  let part = handle.rbuf.bytes[..<end].text
  handle.rbuf.removeFirst(end + 1)
  print("up to the semicolon: \(part)")
  done.send()
  return true
}

writer.push_write("one")
writer.push_write(" part;")
try done.recv()

// == Records with their length, and JSON

done = AE.cv()

reader.push_read(.packstring(.N)) { (handle, data: String) in print("record: \(data)") }
reader.push_read(.json) { handle, data in
  print("name: \(data["name"])")
  done.send()
}

writer.push_write(.packstring(.N), "some bytes")
writer.push_write(.json, ["name": "Joe"])
try done.recv()

// == A pattern

done = AE.cv()

reader.push_read(.regex(/\d+\s/)) { (handle, data: String) in
  print("up to a number: \(data)")
  done.send()
}

writer.push_write("answer 42 ")
try done.recv()

// == Only as much as the other end takes
// `on_drain` is called when all is written, and at once when it is set and nothing waits.

done = AE.cv()
var parts = 4
var got = 0

writer.on_drain = { handle in
  if parts == 0 {
    handle.on_drain = nil
  } else {
    parts -= 1
    handle.push_write([UInt8](repeating: UInt8(ascii: "x"), count: 100_000))
  }
}

reader.on_read = { handle in
  got += handle.rbuf.count
  handle.rbuf.removeFirst(handle.rbuf.count)
  if got == 400_000 { done.send() }
}

try done.recv()
print("\(got) bytes")
reader.on_read = nil

// == A time-out

done = AE.cv()

reader.on_rtimeout = { handle in
  print("nothing for too long")
  handle.rtimeout = 0
  done.send()
}
reader.rtimeout = 0.01
try done.recv()

// == The end
// `on_eof` is the end between two things that are read; an end in the middle of one is an error, `on_error`.

done = AE.cv()

reader.on_eof = { handle in
  print("the other end has hung up")
  handle.destroy()
  done.send()
}
reader.on_read = { handle in }

writer.push_shutdown()
try done.recv()
