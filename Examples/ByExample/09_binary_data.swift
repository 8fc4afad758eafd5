// Binary data: records, each with its length in front of it.
import AnyEvent
import Glibc

let done = AE.cv()
guard let (r, w) = portable_pipe() else { exit(1) }

func send(_ record: [UInt8], to handle: Handle) {
  handle.push_write([UInt8(record.count >> 8), UInt8(record.count & 255)])
  handle.push_write(record)
}

let writer = Handle(fh: w)
let reader = Handle(
  fh: r,
  on_error: { handle, fatal, message in done.croak(message) },
  on_read: { handle in
    handle.push_read(.chunk(2)) { handle, length in
      // The next bytes depend on these: the request for them goes in front of all others.
      handle.unshift_read(.chunk(Int(length[0]) << 8 | Int(length[1]))) { handle, record in
        print(
          "\(record.count) bytes, \(record.first.map { "the first one is \($0)" } ?? "nothing")")
      }
    }
  },
  on_eof: { handle in
    print("the end")
    done.send()
  })

send([1, 2, 3], to: writer)
send([UInt8](repeating: 7, count: 1000), to: writer)
send([], to: writer)
// When all is written.
writer.on_drain = { handle in handle.destroy() }

try done.recv()
