// Lines: a handle is a queue of what is to be read. Here a greeting, then lines, then the end.
import AnyEvent
import Glibc

let done = AE.cv()
guard let (r, w) = portable_pipe() else { exit(1) }

let writer = Handle(fh: w)
let reader = Handle(
  fh: r,
  on_error: { handle, fatal, message in
    print("error: \(message)")
    done.send()
  },
  on_eof: { handle in
    print("the end")
    done.send()
  })

// The first line is for the first request; all further ones are for `on_read`.
reader.push_read(.line) { handle, line in
  print("greeting: \(line)")
  handle.on_read = { handle in
    handle.push_read(.line) { handle, line in print("line: \(line)") }
  }
}

writer.push_write("hello\n")
writer.push_write("one\r\ntwo\nthree\n")
// When all is written.
writer.on_drain = { handle in handle.destroy() }

try done.recv()
