// Five philosophers and five forks, as distributed actors in one process.
import AnyEventMPDistributed

let seats = 0..<5
let node = Node(on: Loop.default)
let system = NodeActorSystem(on: node)
let done = AE.cv()
var forks: [Fork] = []

/// Brings the forks of all seats.
func layTable() async throws {
  for _ in seats { forks.append(Fork(actorSystem: system)) }
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
    done.send()
  } catch {
    done.croak("the dinner has ended early: \(error)")
  }
}

try done.recv()
