internal import AEMPWire
import AnyEvent
import AnyEventMP

/// The answer of one node of the network, or why it gave none.
struct NodeReport {
  enum Answer {
    case status(NodeStatus)
    /// The node lives, but tells nothing, for this reason: it is one of Perl, or secure.
    case mute(String)
    /// The node does not answer, for this reason.
    case silent(String)
  }

  let id: String
  let answer: Answer
  /// The least round trip (s) of the questions.
  var roundTrip: Double?

  var status: NodeStatus? {
    if case .status(let status) = answer { status } else { nil }
  }

  /// Why it does not answer; nil if it does.
  var silence: String? {
    if case .silent(let reason) = answer { reason } else { nil }
  }
}

/// Asks the nodes of the network for their state: those of the database, and those that they are connected to.
///
/// A node that does not answer holds up no other. Tools like itself, whose ids begin with `anon/`, are left
/// out.
final class Survey {
  private let errand: Errand
  /// How long (s) one node may take.
  private let patience: Double
  /// Whether the terminal shows what a waiting command waits for.
  var tellsProgress = true
  /// Called with each answer.
  var onAnswer: (NodeReport) -> Void = { _ in }
  /// Called when no question is open any more.
  var onIdle: () -> Void = {}
  /// Called when the database has told for the first time which nodes there are.
  private var onListed: (() -> Void)?
  /// The nodes in the database.
  private(set) var listed: TextSet = []
  /// The nodes that were asked, or are to be.
  private var found: TextSet = []
  private var waiting: [String] = []
  private var inquiries: TextDictionary<NodeInquiry> = [:]

  /// How many nodes are asked at a time, and how many are asked at all.
  private static let atOnce = 32
  private static let most = 5000

  init(_ errand: Errand, patience: Double) {
    self.errand = errand
    self.patience = patience
  }

  private var ownID: String { errand.session.node.id }

  /// Finds out which nodes there are; `ready` is called once, when the database has answered.
  func begin(_ ready: @escaping () -> Void) {
    onListed = ready
    errand.keep(
      Guard {
        for inquiry in self.inquiries.values { inquiry.cancel() }
        self.inquiries = [:]
        self.onAnswer = { _ in }
        self.onIdle = {}
      })
    // A monitor does not report a family that is empty from the start.
    db_keys(Errand.listeners) { keys in self.list(keys) }
    errand.keep(db_mon(Errand.listeners) { family, _, _, _ in self.list(Array(family.keys)) })
  }

  private func list(_ ids: [String]) {
    listed = TextSet(ids.lazy.filter(isWanted).prefix(Self.most))
    found.formUnion(listed)
    guard let ready = onListed else { return }
    onListed = nil
    ready()
  }

  private func isWanted(_ id: String) -> Bool {
    id != ownID && Greeting.isValid(nodeID: id) && !id.hasPrefix("anon/")
  }

  /// Whether there is no node.
  var hasNoNodes: Bool { found.isEmpty }

  /// Whether questions are open.
  var isAsking: Bool { !inquiries.isEmpty || !waiting.isEmpty }

  /// The nodes whose answers have not come.
  var unanswered: [String] { Array(inquiries.keys) + waiting }

  /// Asks all nodes that are not being asked already.
  func askAll() {
    let busy = TextSet(waiting)
    waiting += found.filter { !busy.contains($0) && inquiries[$0] == nil }.sorted()
    goOn()
  }

  /// Asks no more for a node, unless another one names it.
  func forget(_ id: String) {
    if !listed.contains(id) { found.remove(id) }
  }

  private func goOn() {
    while inquiries.count < Self.atOnce, !waiting.isEmpty {
      let id = waiting.removeFirst()
      let inquiry = NodeInquiry(id) { outcome in self.told(outcome, by: id) }
      inquiries[id] = inquiry
      inquiry.begin(on: errand.session.loop, patience: patience)
    }
    if tellsProgress {
      errand.awaited = "the answers of \(inquiries.count + waiting.count) of \(found.count) nodes"
    }
    if !isAsking { onIdle() }
  }

  private func told(_ outcome: NodeInquiry.Outcome, by id: String) {
    let roundTrip = inquiries.removeValue(forKey: id)?.roundTrip
    switch outcome {
    case .status(let status) where status.node != id:
      onAnswer(
        NodeReport(id: id, answer: .mute("it calls itself another node"), roundTrip: roundTrip))
    case .status(let status):
      note(status.connections.map(\.node))
      onAnswer(NodeReport(id: id, answer: .status(status), roundTrip: roundTrip))
    case .upNodes(let others):
      note(others)
      onAnswer(NodeReport(id: id, answer: .mute("it tells no more"), roundTrip: roundTrip))
    case .silent(let reason):
      onAnswer(NodeReport(id: id, answer: .mute(reason), roundTrip: roundTrip))
    case .unreachable(let reason):
      onAnswer(NodeReport(id: id, answer: .silent(reason)))
    }
    if !errand.isOver { goOn() }
  }

  /// Notes nodes that others are connected to, and asks those that are new.
  private func note(_ ids: [String]) {
    for id in ids where found.count < Self.most && isWanted(id) {
      if found.insert(id).inserted { waiting.append(id) }
    }
  }
}
