// What waiting in the middle of the code costs, in turn with callbacks: async-bench [ROUNDS [TEXT]]
// With TEXT only the rows are measured whose name contains it.
import AnyEvent
import AnyEventMP
import Glibc

/// One line of the table.
struct Row {
  let name: String
  /// What is aimed at, in words.
  let aim: String
  /// How many turns there were in a second.
  let rate: () async throws -> Double

  /// A row whose `measure` does turns and nothing else; it returns how many.
  init(name: String, aim: String, measure: @escaping () async throws -> Int) {
    self.init(name: name, aim: aim) {
      let begun = seconds()
      let count = try await measure()
      return Double(count) / (seconds() - begun)
    }
  }

  /// A row that measures its rate itself.
  init(name: String, aim: String, rate: @escaping () async throws -> Double) {
    self.name = name
    self.aim = aim
    self.rate = rate
  }
}

// Whoever adds a measurement adds its rows here, and the functions in a file beside this one.
let wanted = CommandLine.arguments.dropFirst(2).first
let rows: [Row] = (LocalRows.rows + RemoteRows.rows + ActorRows.rows + MailboxRows.rows).filter {
  row in
  wanted.map { row.name.contains($0) } ?? true
}

nonisolated func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func median(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }

guard let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) : 5, rounds > 0
else {
  print("usage: async-bench [ROUNDS [TEXT]]")
  exit(2)
}

try AE.run {
  var rates = rows.map { _ in [Double]() }
  // Interleaved, so that all see the same machine.
  for _ in 0..<rounds {
    for (place, row) in rows.enumerated() {
      rates[place].append(try await row.rate())
    }
  }
  for (row, rates) in zip(rows, rates) {
    let rate = median(rates)
    let columns = [
      row.name.padded(to: 52), "\(Int(rate))/s".padded(to: 14),
      "\(Int(1e9 / rate)) ns".padded(to: 12), row.aim,
    ]
    print(columns.joined())
  }
}

extension String {
  func padded(to count: Int) -> String {
    self + String(repeating: " ", count: max(1, count - self.count))
  }
}
