// A simulated network: two minutes with a fault pass in a moment, and the same way each time.
import AnyEventMP
import AnyEventMPTesting

let network = SimulatedNetwork(seed: 1)
let server = try network.addHost("server")
let client = try network.addHost("client", seeds: [server])

let numbers = server.node?.run {
  let numbers = port()
  rcv(numbers, "number") { (number: Int) in print("\(number) arrived") }
  return numbers
}

client.node?.run {
  if let numbers { snd(numbers.id, "number", 1) }
  mon("server") { reason in print("the client misses the server: \(reason)") }
}
network.run(for: 10)

network.partition([server], [client])
network.run(for: 60)

network.heal()
network.run(for: 60)
client.node?.run {
  if let numbers { snd(numbers.id, "number", 2) }
}
network.run(for: 1)
print("after \(Int(network.time)) seconds")
network.close()
