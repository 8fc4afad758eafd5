// JSON-RPC 2.0 over a connection: "json_rpc server PORT", and "json_rpc client HOST PORT".
import AnyEvent
import Glibc

guard CommandLine.arguments.count >= 3 else {
  print("usage: json_rpc server PORT | json_rpc client HOST PORT")
  exit(1)
}
AE.autoflush()

// --- The server.

typealias Reply = (_ kind: String, _ value: Value) -> Void
var method: TextDictionary<(_ params: Value, _ reply: @escaping Reply) -> Void> = [:]
var connections: Set<Handle> = []

method["add"] = { params, reply in
  var sum = 0
  for number in params.elements { sum += number.int ?? 0 }
  reply("result", .int(sum))
}

method["reverse"] = { params, reply in
  reply("result", .string(String("\(params[0])".reversed())))
}

method["later"] = { params, reply in
  var timer: TimerWatcher?
  timer = AE.timer(params["seconds"] ?? 0, 0) {
    timer?.cancel()
    reply("result", ["done": 1, "seconds": params["seconds"]])
  }
}

method["divide"] = { params, reply in
  if params[1] == 0 {
    return reply("error", ["code": -32000, "message": "division by zero"])
  }
  reply("result", .double((params[0] ?? 0) / (params[1] ?? 0)))
}

func request(_ handle: Handle, _ request: Value) {
  let name = request["method"].string ?? ""
  let id = request["id"]
  print("request: \(request)")
  let reply: Reply = { kind, value in
    if id.isNull { return }
    handle.push_write(.json, ["jsonrpc": "2.0", "id": id, kind: value])
  }
  if let code = method[name] {
    code(request["params"], reply)
  } else {
    reply("error", ["code": -32601, "message": "no method \"\(name)\""])
  }
}

func server(_ port: String) throws {
  try tcp_server("127.0.0.1", port) { fh, host, port in
    let handle = Handle(
      fh: fh,
      on_error: { handle, fatal, message in
        print("error: \(message)")
        if fatal { connections.remove(handle) }
      },
      on_read: { handle in
        handle.push_read(.json) { handle, value in
          request(handle, value)
        }
      },
      on_eof: { handle in
        print("closed")
        connections.remove(handle)
      })
    connections.insert(handle)
  } prepare: { fh, host, port in
    print("listening on port \(port)")
    return 0
  }
  try AE.cv().recv()
}

// --- The client.

func client(_ host: String, _ port: String) throws {
  let done = AE.cv()
  var id = 0
  var waiting: [Int: (Value) -> Void] = [:]
  let handle = Handle(
    connect: (host, port),
    on_error: { handle, fatal, message in
      done.croak(message)
    },
    on_read: { handle in
      handle.push_read(.json) { handle, response in
        let cb = waiting.removeValue(forKey: response["id"].int ?? 0)
        cb?(response)
      }
    })
  let call = { (method: String, params: Value, cb: @escaping (Value) -> Void) in
    id += 1
    let request = ["jsonrpc" => "2.0", "id" => id, "method" => method, "params" => params]
    handle.push_write(.json, request)
    waiting[id] = cb
  }
  let ask = { (method: String, params: Value) in
    done.begin()
    call(method, params) { response in
      if response["error"].bool {
        print("\(method): error \(response["error"]["code"]), \(response["error"]["message"])")
      } else {
        print("\(method): \(response["result"].debugDescription)")
      }
      done.end()
    }
  }
  ask("later", ["seconds": 0.2])
  ask("add", [1, 2, 3])
  ask("add", [])
  ask("reverse", ["step on no pets!"])
  ask("divide", [7, 2])
  ask("divide", [1, 0])
  ask("nothing", nil)
  handle.push_write(.json, ["jsonrpc": "2.0", "method": "add", "params": []])
  try done.recv()
}

let (role, place) = (CommandLine.arguments[1], CommandLine.arguments.dropFirst(2))
if role == "server" {
  try server(place[2])
} else {
  try client(place[2], place[3])
}
