// Async: code that waits in the middle, on the same loop as all callbacks.
import AnyEvent
import AnyEventMP

let server = port()
rcv(server, "double") { (number: Int, reply: PortID) in snd(reply, number * 2) }

@MainActor func double(_ number: Int) async throws -> Int {
  let answer = AE.cv(Int.self)
  cal(server, "double", number, timeout: 5) { (result: Int?) in answer.send(result ?? 0) }
  return try await answer.value
}

try AE.run {
  var number = 1
  for _ in 1...3 {
    number = try await double(number)
    print("now it is \(number)")
  }

  // Two at once.
  async let a = double(10)
  async let b = double(100)
  print("together \(try await a + b)")
}
