// A client of Redis: sends commands without waiting for replies, then listens to a channel.
import AnyEvent
import Glibc

guard CommandLine.arguments.count == 3 else {
  print("usage: redis_client HOST PORT")
  exit(1)
}
let (host, port) = (CommandLine.arguments[1], CommandLine.arguments[2])
var done = AE.cv()
var receivers: [Value] = []

// A connection that ends the program when it fails.
func connection() -> Handle {
  Handle(
    connect: (host, port),
    on_error: { handle, fatal, message in
      done.croak("redis: \(message)")
    })
}

// Sends a command; the callback gets the reply.
func command(_ handle: Handle, _ words: [String], _ cb: @escaping (Value) -> Void) {
  handle.push_write("*\(words.count)\r\n")
  for word in words {
    handle.push_write("$\(word.utf8.count)\r\n\(word)\r\n")
  }
  handle.push_read(.line) { handle, line in
    reply(handle, line, cb)
  }
}

// Reads the rest of the reply that begins with this line.
func reply(_ handle: Handle, _ line: String, _ cb: @escaping (Value) -> Void) {
  let type = line.prefix(1)
  let rest = String(line.dropFirst())
  if type == "-" {
    cb("error: \(rest)")
  } else if type == "+" {
    cb(.string(rest))
  } else if type == ":" {
    cb(.int(Int(rest) ?? 0))
  } else if (Int(rest) ?? 0) < 0 {
    cb(nil)
  } else if type == "$" {
    handle.unshift_read(.chunk((Int(rest) ?? 0) + 2)) { (handle, data: [UInt8]) in
      cb(.string(data.dropLast(2).text))
    }
  } else {
    items(handle, Int(rest) ?? 0, [], cb)
  }
}

// Reads the elements of an array behind those that are there already.
func items(_ handle: Handle, _ count: Int, _ list: [Value], _ cb: @escaping (Value) -> Void) {
  if list.count == count { return cb(.array(list)) }
  handle.unshift_read(.line) { handle, line in
    reply(handle, line) { item in
      items(handle, count, list + [item], cb)
    }
  }
}

let commands = [
  ["FLUSHALL"],
  ["SET", "greeting", "hello, world\r\n"],
  ["GET", "greeting"],
  ["GET", "nothing"],
  ["INCR", "counter"],
  ["INCRBY", "counter", "41"],
  ["RPUSH", "list", "a", "b", "c"],
  ["LRANGE", "list", "0", "-1"],
  ["LPOP", "greeting"],
  ["SET", "name", "Jürgen"],
  ["STRLEN", "name"],
  ["EVAL", "return {1, {2, 'three', false}, {}}", "0"],
]

let client = connection()
for words in commands {
  done.begin()
  command(client, words) { value in
    print("\(words[0]): \(value.debugDescription)")
    done.end()
  }
}
try done.recv()

// Another connection gets what is published, until it is told to stop.
done = AE.cv()
let listener = connection()
done.begin()
command(listener, ["SUBSCRIBE", "news"]) { value in
  print("subscribed: \(value[1])")
  listener.on_read = { handle in
    handle.push_read(.line) { handle, line in
      reply(handle, line) { message in
        print("\(message[1]): \(message[2])")
        if message[2] == "stop" { done.end() }
      }
    }
  }
  for text in ["first", "second", "stop"] {
    done.begin()
    command(client, ["PUBLISH", "news", text]) { count in
      receivers.append(count)
      done.end()
    }
  }
}
try done.recv()
print("published to:", receivers.map { "\($0)" }.joined(separator: " "))
