// A bot that answers in a channel of IRC: "irc_bot HOST PORT NICK CHANNEL".
import AnyEvent
import Glibc

guard CommandLine.arguments.count == 5 else {
  print("usage: irc_bot HOST PORT NICK CHANNEL")
  exit(1)
}

AE.autoflush()
let (host, port, channel) = (
  CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[4]
)
var nick = CommandLine.arguments[3]
let done = AE.cv()
var seen: TextDictionary<String> = [:]
var lines = 0

let irc = Handle(
  connect: (host, port),
  on_connect: { handle, host, port, _ in
    send_line("NICK \(nick)")
    send_line("USER \(nick) 0 * :a bot")
  },
  on_connect_error: { handle, message in
    done.croak(message)
  },
  on_error: { handle, fatal, message in
    print("error: \(message)")
    done.send()
  },
  on_read: { handle in
    handle.push_read(.line) { handle, line in
      received(line)
    }
  },
  on_eof: { handle in
    print("end of connection")
    done.send()
  })

func send_line(_ line: String) {
  print("> \(line)")
  irc.push_write("\(line)\r\n")
}

func say_to(_ target: String, _ text: String) {
  send_line("PRIVMSG \(target) :\(text)")
}

// What can be asked for in the channel, by its name.
let command: TextDictionary<(_ from: String, _ words: [String]) -> Void> = [
  "add": { from, words in
    var sum = 0
    for word in words { sum += Int(word) ?? 0 }
    say_to(channel, "\(from): \(sum)")
  },
  "seen": { from, words in
    let who = words.first ?? ""
    if let text = seen[who.lowercased()] {
      say_to(channel, "\(from): \(who) said \"\(text)\"")
    } else {
      say_to(channel, "\(from): I have not seen \(who)")
    }
  },
  "later": { from, words in
    var timer: TimerWatcher?
    timer = AE.timer(0.05, 0) {
      timer?.cancel()
      say_to(channel, "\(from): now")
    }
  },
  "quit": { from, words in
    send_line("QUIT :\(from) told me to go")
  },
]

func received(_ line: String) {
  lines += 1
  print("< \(line)")
  guard let match = line.wholeMatch(of: /(?::(\S+) )?(\S+)(?: (.*))?/) else { return }
  let (prefix, name, rest) = (match.1 ?? "", match.2, match.3 ?? "")
  let parts = rest.split(separator: /\s?:/, maxSplits: 1, omittingEmptySubsequences: false)
  let (arguments, text) = (parts.first ?? "", parts.last ?? "")
  if name == "PING" {
    send_line("PONG :\(text)")
  } else if name == "001" {
    send_line("JOIN \(channel)")
  } else if name == "433" {
    nick += "_"
    send_line("NICK \(nick)")
  } else if name == "PRIVMSG" && arguments == channel {
    let from = String(prefix.split(separator: "!")[0])
    if let match = text.wholeMatch(of: /!(\w+) ?(.*)/) {
      let words = match.2.split(separator: " ").map(String.init)
      let code = command[String(match.1)]
      guard let code else { return say_to(channel, "\(from): what is \(match.1)?") }
      code(from, words)
    } else {
      seen[from.lowercased()] = String(text)
    }
  }
}

try done.recv()
print("\(lines) lines")
