// JSON: a handle reads values, one after the other, however the bytes arrive.
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
  on_read: { handle in
    handle.push_read(.json) { handle, value in
      print(
        "\(value["name"]) is \(value["age"].int ?? 0), and likes \(value["likes"].elements.count) things"
      )
    }
  })

writer.push_write(.json, Value(["name" => "Anna", "age" => 30, "likes" => ["tea", "rain"]]))
writer.push_write(.json, Value(["name" => "Otto", "age" => "31", "likes" => ["coffee"]]))
writer.push_write("{ this is not JSON }")

try done.recv()
