// Descriptors: a callback whenever one can be read, here that of a pipe.
import AnyEvent
import Glibc

let done = AE.cv()
guard let (r, w) = portable_pipe() else { exit(1) }

let reader = AE.io(r, .read) { watcher in
  var bytes = [UInt8](repeating: 0, count: 100)
  let count = read(r, &bytes, bytes.count)
  if count > 0 {
    print("read: \(bytes.prefix(count).text)")
  } else {
    print("the end")
    watcher.cancel()
    done.send()
  }
}

AE.postpone {
  _ = write(w, "some bytes", 10)
  close(w)
}

try done.recv()
