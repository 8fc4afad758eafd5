// UDP: datagrams there and back; each side learns who has sent.
import AnyEvent

let done = AE.cv()

let server = UDPHandle(
  bind: ("127.0.0.1", 0),
  on_recv: { datagram, handle, from in
    print("asked: \(datagram.text)")
    handle.push_send("\(datagram.text.count) letters", from)
  },
  on_error: { handle, fatal, message in done.croak(message) })

let client = UDPHandle(
  connect: ("127.0.0.1", server.sockname?.port ?? 0),
  rtimeout: 5,
  on_recv: { datagram, handle, from in
    print("answered: \(datagram.text)")
    done.send()
  },
  on_rtimeout: { handle in done.croak("no answer") },
  on_error: { handle, fatal, message in done.croak(message) })

client.push_send("swallow")
try done.recv()
