// A philosopher and a fork, as distributed actors, in each of five processes; the argument is the seat, 0 to 4.
import AnyEventMPDistributed

let seats = CommandLine.arguments.dropFirst().compactMap(Int.init)
let node = Node(on: Loop.default)
try node.configure(ConfigurationArguments(nodeid: "philosopher/%u"))
let system = NodeActorSystem(on: node)
let done = AE.cv()
var forks: [Fork] = []

/// Brings the forks of all seats.
func layTable() async throws {
  let own = Fork(actorSystem: system)
  for seat in seats { system.checkIn(own, as: "fork \(seat)") }
  for seat in 0..<5 { forks.append(try await system.find(Fork.self, named: "fork \(seat)")) }
}

/// Lets a philosopher dine with the forks on both sides of a seat.
func dine(at seat: Int) async throws {
  let neighbour = (seat + 1) % 5
  let philosopher = Philosopher(name: "philosopher \(seat)", actorSystem: system)
  let meals = try await philosopher.dine(
    times: 3, first: forks[min(seat, neighbour)], second: forks[max(seat, neighbour)])
  print("philosopher \(seat) has eaten \(meals) times")
}

Task {
  do {
    try await layTable()
    try await withThrowingTaskGroup { table in
      for seat in seats { table.addTask { try await dine(at: seat) } }
      try await table.waitForAll()
    }
    // The fork stays for the others.
  } catch {
    done.croak("the dinner has ended early: \(error)")
  }
}

try done.recv()
