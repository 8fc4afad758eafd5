import AnyEventMP

/// The traffic of a node, per second, between two of its answers.
struct TopRates: Equatable {
  var messagesIn: Double
  var messagesOut: Double
  var bytesIn: Double
  var bytesOut: Double

  var messages: Double { messagesIn + messagesOut }
  var bytes: Double { bytesIn + bytesOut }

  /// The rates between two counts; nil when they are not of one run of the node.
  init?(_ before: NodeStatus.Traffic?, _ after: NodeStatus.Traffic?, seconds: Double) {
    guard let before, let after, seconds > 0 else { return nil }
    func rate(_ count: KeyPath<NodeStatus.Traffic, Int>) -> Double? {
      // The difference is one of floating-point numbers, which the counts of a hostile node cannot overflow.
      let growth = Double(after[keyPath: count]) - Double(before[keyPath: count])
      return growth >= 0 ? growth / seconds : nil
    }
    guard let messagesIn = rate(\.messagesIn), let messagesOut = rate(\.messagesOut),
      let bytesIn = rate(\.bytesIn), let bytesOut = rate(\.bytesOut)
    else { return nil }
    self.messagesIn = messagesIn
    self.messagesOut = messagesOut
    self.bytesIn = bytesIn
    self.bytesOut = bytesOut
  }
}

/// A node in the table.
struct TopNode {
  let id: String
  var status: NodeStatus?
  /// Why there is no new status; nil if the last question was answered with one.
  var trouble: String?
  /// Whether it does not answer.
  var isSilent = false
  var roundTrip: Double?
  var rates: TopRates?
  /// The share of the time in which callbacks have held up the loop.
  var blockedShare: Double?
  /// The time (s) of the last status, and of the last answer.
  var toldAt = 0.0
  var heardAt = 0.0

  /// Takes an answer that came at this time (s).
  mutating func take(_ report: NodeReport, at time: Double) {
    isSilent = false
    switch report.answer {
    case .status(let news):
      let seconds = time - toldAt
      let isSameRun = status.map { $0.processID == news.processID && $0.uptime <= news.uptime }
      let before = isSameRun == true ? status : nil
      rates = TopRates(before?.load?.traffic, news.load?.traffic, seconds: seconds)
      blockedShare = nil
      if let old = before?.load?.blocked, let new = news.load?.blocked, new >= old, seconds > 0 {
        blockedShare = min(1, (new - old) / seconds)
      }
      status = news
      toldAt = time
      trouble = nil
    case .mute(let reason):
      status = nil
      rates = nil
      trouble = reason
    case .silent(let reason):
      // The last status stays, but the rates are not known.
      rates = nil
      blockedShare = nil
      trouble = reason
      isSilent = true
    }
    roundTrip = isSilent ? nil : report.roundTrip
    if !isSilent { heardAt = time }
  }

  var oldest: Double { status?.connections.map(\.queueAge).max() ?? 0 }
}

/// A connection in the table, as the node tells that stands first.
struct TopLink {
  let node: String
  var connection: NodeStatus.Connection
  var rates: TopRates?

  var other: String { connection.node }
}
