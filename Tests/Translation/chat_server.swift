// A server of a chat: everybody gets what somebody says. "chat_server PORT".
import AnyEvent
@preconcurrency import Foundation
@preconcurrency import Glibc
var ARGV = Array(CommandLine.arguments.dropFirst())

let VERSION = "1.0"
let greeting = "Welcome to chat_server \(VERSION).\nSay /nick NAME, /who or /quit.\n"
var client: [Int: Handle] = [:]  // by number
var count = 0
var log: [String] = []
let port = ARGV.isEmpty ? "5000" : ARGV.removeFirst()
let quiet = (getenv("QUIET").map { String(cString: $0) }) != nil

func broadcast(_ text: String, _ except: Int) {
  for id in client.keys.sorted() {
    if id == except { continue }
    client[id]?.push_write("\(text)\n")
  }
  log.append(text)
  while log.count > 100 { log.removeFirst() }
}

var nick: [Int: String] = [:]

let commands: TextDictionary<(Int, String) -> Void> = [
  "nick": { id, rest in
    if !rest.contains(/^[a-z]\w{0,15}$/.ignoresCase()) {
      client[id]?.push_write("that is no name\n")
      return
    }
    let old = nick[id] ?? ""
    nick[id] = rest
    broadcast("\(old) is now \(rest)", 0)
  },
  "who": { id, _ in
    let list = nick.keys.sorted().map { "\(nick[$0] ?? "")" }.joined(separator: ", ")
    client[id]?.push_write("\(nick.count) here: \(list)\n")
  },
  "quit": { id, _ in
    client[id]?.push_shutdown()
  },
]

func leave(_ id: Int, _ reason: String) {
  guard let handle = client.removeValue(forKey: id) else { return }
  handle.destroy()
  let name = nick.removeValue(forKey: id) ?? ""
  broadcast("\(name) has left: \(reason)", id)
  if !quiet { print("\(name + String(repeating: " ", count: max(0, 10 - name.count))) \(String(format: "%5.2f", AE.now))") }
}

func said(_ id: Int, _ line: String) {
  var line = line
  line.replace(/\s+$/, with: "", maxReplacements: 1)
  if line == "" { return }
  if let match = line.firstMatch(of: /^\/(\w+)\s*(.*)/) {
    let (name, rest) = (String(match.1), String(match.2))
    let code: ((Int, String) -> Void)? = commands[name.lowercased()]
    if let code {
      code(id, rest)
    } else {
      client[id]?.push_write("there is no /\(name)\n")
    }
  } else {
    broadcast("<\(nick[id] ?? "")> \(line)", id)
  }
}

let server: Guard = try tcp_server(nil, port) { fh, host, port in
  count += 1; let id = count
  var handle: Handle?
  handle = Handle(
    fh: fh,
    on_error: { argument0, argument1, argument2 in leave(id, argument2) },
    on_read: { argument0 in
      argument0.push_read(.line) { argument0, argument1 in said(id, argument1) }
    },
    on_eof: { _ in leave(id, "end") },
    timeout: 600)
  client[id] = handle
  nick[id] = "guest\(id)"
  handle?.push_write(greeting)
  broadcast("guest\(id) has come from \(host)", id)
}

let tick = AnyEvent.timer(after: 60, interval: 60) {
  for it in client.values {
    it.push_write("-- still here --\n")
  }
}

let quit = AE.cv()
let int = AE.signal("INT") { quit.send() }
try quit.recv()
for i in 0..<log.count {
  fputs("\(i): \(log[i])\n", stderr)
}
fputs("bye\n", stderr)

//
// NAME
//
// chat_server - a small chat
//
