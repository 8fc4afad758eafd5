/// The faults of the link between two nodes, in both directions.
struct LinkFaults: Equatable {
  /// The ways in which a link treats its connections.
  enum Passage: String {
    /// Connections are made, and pass bytes on.
    case open
    /// Connections that are open stay, new ones are closed.
    case refused
    /// No bytes pass, and neither end is told.
    case silent
    /// Open connections are closed, and so are new ones.
    case cut
  }

  var passage = Passage.open
  /// Bytes a second in each direction, for all connections together; nil: as many as come.
  var rate: Double?
  /// The seconds for which bytes are under way.
  var delay = 0.0
  /// Closes connections at random.
  var drops: DropDice?

  /// The faults in a line, such as `slow 1000, delay 50`; empty: there is none.
  var description: String {
    var words: [String] = []
    if passage != .open { words.append(passage.rawValue) }
    if let rate { words.append("slow \(Printer.number(rate))") }
    if delay > 0 { words.append("delay \(Printer.number(delay * 1000))") }
    if let drops { words.append("drop \(Printer.number(drops.probability)) \(drops.seed)") }
    return words.joined(separator: ", ")
  }
}

/// Decides by a seed behind which byte of a link a connection is closed: a close is equally probable in every 1024
/// bytes, counted in both directions.
struct DropDice: Equatable {
  let probability: Double
  let seed: UInt64
  private var random: SplitMix
  /// How many bytes pass until the next connection is closed.
  private(set) var left = 0

  static let unit = 1024

  init(_ probability: Double, seed: UInt64) {
    self.probability = probability
    self.seed = seed
    random = SplitMix(state: seed)
    left = draw()
  }

  /// Counts bytes that are about to pass.
  ///
  /// - Returns: how many of them still pass before the connection is closed; nil if it stays.
  mutating func roll(_ count: Int) -> Int? {
    guard count > left else {
      left -= count
      return nil
    }
    let passing = left
    left = draw()
    return passing
  }

  private mutating func draw() -> Int {
    var units = 0
    // The bound keeps the loop short; a drop so far away makes no difference to a test.
    while units < 1 << 20, Double.random(in: 0..<1, using: &random) >= probability { units += 1 }
    return units * Self.unit + Int.random(in: 0..<Self.unit, using: &random)
  }
}

/// Random numbers that a seed determines: the same on every machine.
struct SplitMix: RandomNumberGenerator, Equatable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
