// AMQP 0-9-1 with RabbitMQ: logs in, makes a queue, publishes to it and gets back what was published.
import AnyEvent
import Glibc
let ARGV = Array(CommandLine.arguments.dropFirst())

if ARGV.count < 3 {
  print("usage: rabbitmq_client HOST PORT QUEUE TEXT...")
  exit(1)
}

let (host, port, queue, texts) = (ARGV[0], ARGV[1], ARGV[2], Array(ARGV.dropFirst(3)))
let done = AE.cv()
var received = 0
var body_left = 0
var body = ""

// --- The parts of frames.

func octet(_ number: Int) -> [UInt8] {
  return [UInt8(truncatingIfNeeded: number)]
}

func short(_ number: Int) -> [UInt8] {
  return octet(number >> 8) + octet(number)
}

func long(_ number: Int) -> [UInt8] {
  return short(number >> 16) + short(number)
}

func longlong(_ number: Int) -> [UInt8] {
  return long(number >> 32) + long(number)
}

func shortstr(_ text: String) -> [UInt8] {
  return octet(text.utf8.count) + Array(text.utf8)
}

func longstr(_ text: String) -> [UInt8] {
  return long(text.utf8.count) + Array(text.utf8)
}

// Takes a number of so many bytes from the front.
func take_number(_ bytes: inout [UInt8], _ count: Int) -> Int {
  var number = 0
  for byte in bytes.prefix(count) {
    number = number << 8 | Int(byte)
  }
  bytes.removeFirst(count)
  return number
}

func take_shortstr(_ bytes: inout [UInt8]) -> String {
  let count = take_number(&bytes, 1)
  defer { bytes.removeFirst(count) }
  return bytes.prefix(count).text
}

// --- The connection.

let handle = Handle(
  connect: (host, port),
  on_error: { handle, fatal, message in
    done.croak("rabbitmq: \(message)")
  })

func send_frame(_ type_: Int, _ channel: Int, _ payload: [UInt8]) {
  handle.push_write(octet(type_) + short(channel) + long(payload.count))
  handle.push_write(payload + octet(0xCE))
}

func send_method(_ channel: Int, _ class_: Int, _ method: Int, _ arguments: [UInt8]) {
  send_frame(1, channel, short(class_) + short(method) + arguments)
}

func publish(_ text: String) {
  send_method(1, 60, 40, short(0) + shortstr("") + shortstr(queue) + octet(0))
  let properties = short(0x8000) + shortstr("text/plain")
  send_frame(2, 1, short(60) + short(0) + longlong(text.utf8.count) + properties)
  send_frame(3, 1, Array(text.utf8))
}

// What is answered to the methods of the server, by class and method.
let on: TextDictionary<(inout [UInt8]) -> Void> = [
  "10.10": { _ in
    print("connection.start")
    let login = shortstr("PLAIN") + longstr("\0guest\0guest") + shortstr("en_US")
    send_method(0, 10, 11, long(0) + login)
  },
  "10.30": { arguments in
    let channels = take_number(&arguments, 2)
    let frame = take_number(&arguments, 4)
    print("connection.tune: \(channels) channels, frames of \(frame) bytes")
    send_method(0, 10, 31, short(channels) + long(frame) + short(0))
    send_method(0, 10, 40, shortstr("/") + shortstr("") + octet(0))
  },
  "10.41": { _ in
    print("connection.open-ok")
    send_method(1, 20, 10, shortstr(""))
  },
  "20.11": { _ in
    print("channel.open-ok")
    send_method(1, 50, 10, short(0) + shortstr(queue) + octet(4 | 8) + long(0))
  },
  "50.11": { arguments in
    let name = take_shortstr(&arguments)
    let messages = take_number(&arguments, 4)
    print("queue.declare-ok: \(name) with \(messages) messages")
    for it in texts { publish(it) }
    send_method(1, 60, 20, short(0) + shortstr(queue) + shortstr("me") + octet(2) + long(0))
  },
  "60.21": { arguments in
    let tag = take_shortstr(&arguments)
    print("basic.consume-ok: \(tag)")
  },
  "60.60": { arguments in
    let tag = take_shortstr(&arguments)
    let number = take_number(&arguments, 8)
    print("basic.deliver: \(number) to \(tag)")
  },
  "20.41": { _ in
    print("channel.close-ok")
    send_method(0, 10, 50, short(200) + shortstr("bye") + short(0) + short(0))
  },
  "10.51": { _ in
    print("connection.close-ok")
    done.send()
  },
  "10.50": { arguments in
    let code = take_number(&arguments, 2)
    let text = take_shortstr(&arguments)
    done.croak("the server says \(code), \(text)")
  },
]

func delivered() {
  print("   \(body)")
  body = ""
  received += 1
  if received < texts.count { return }
  send_method(1, 20, 40, short(200) + shortstr("bye") + short(0) + short(0))
}

func received_frame(_ type_: Int, _ payload: [UInt8]) {
  var payload = payload
  if type_ == 1 {
    let class_ = take_number(&payload, 2)
    let method = take_number(&payload, 2)
    let code: ((inout [UInt8]) -> Void)? = on["\(class_).\(method)"]
    guard let code else { return print("method \(class_).\(method)") }
    code(&payload)
  } else if type_ == 2 {
    take_number(&payload, 4)
    body_left = take_number(&payload, 8)
    if body_left == 0 { delivered() }
  } else if type_ == 3 {
    body += payload.text
    body_left -= payload.count
    if body_left == 0 { delivered() }
  }
}

handle.on_read = { handle in
  handle.push_read(.chunk(7)) { handle, head in
    var head = head
    let type_ = take_number(&head, 1)
    let channel = take_number(&head, 2)
    let size = take_number(&head, 4)
    handle.unshift_read(.chunk(size + 1)) { handle, payload in
      if channel <= 1 { received_frame(type_, Array(payload.prefix(size).text.utf8)) }
    }
  }
}

handle.push_write("AMQP\0\0\t\u{1}")
try done.recv()
