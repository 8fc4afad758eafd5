import AEValue
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("the distributed database on a simulated network")
struct ConvergenceTests {
  @Test(
    "after healing every node shows the merge of the live nodes' databases",
    arguments: 0..<10)
  func convergesAfterHealing(part: Int) async {
    for seed in Seeds.some(30, part: part) {
      run(seed, slaves: 5, seeds: 3, limits: DatabaseLimits(), steps: 300)
      // Tests that wait for a task would wait until all networks are done.
      await Task.yield()
    }
  }

  @Test("the same with packets so small that everything goes in parts", arguments: 0..<6)
  func convergesInParts(part: Int) async {
    for seed in Seeds.some(10, part: part) {
      run(
        seed + 10_000, slaves: 3, seeds: 2, limits: DatabaseLimits(maximumSize: 400), steps: 250)
      await Task.yield()
    }
  }

  @Test("the same with so little work in a turn that nearly all of it waits", arguments: 0..<8)
  func convergesInTurns(part: Int) async {
    for seed in Seeds.some(20, part: part) {
      let limits = DatabaseLimits(maximumSize: seed % 2 == 0 ? 16 << 20 : 400)
      run(
        seed + 30_000, slaves: 4, seeds: 3, limits: limits, steps: 300,
        workPerTurn: 40 + Int(seed % 7) * 60)
      await Task.yield()
    }
  }

  @Test("a network of one seed", arguments: Seeds.some(20))
  func convergesWithOneSeed(seed: UInt64) {
    run(seed + 20_000, slaves: 2, seeds: 1, limits: DatabaseLimits(), steps: 300)
  }

  private func run(
    _ seed: UInt64, slaves: Int, seeds: Int, limits: DatabaseLimits, steps: Int,
    workPerTurn: Int = 2 << 20
  ) {
    var network = SimulatedDatabaseNetwork(
      seed: seed, slaves: slaves, seeds: seeds, limits: limits, workPerTurn: workPerTurn)
    for _ in 0..<steps { network.step() }
    network.settle()
    let problems = network.problems()
    #expect(problems.isEmpty, "seed \(seed): \(problems.prefix(3).joined(separator: "; "))")
  }
}
