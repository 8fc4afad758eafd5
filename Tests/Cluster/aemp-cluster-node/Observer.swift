import AnyEvent
import AnyEventMP

/// This node's port in the family, and its view of the network.
final class Observer {
  /// How it stands with another port.
  private enum Watch {
    /// A monitor is set; has the port answered?
    case monitored(isUp: Bool)
    /// The monitor has fired; it is set again if the port is still in the family a little later.
    case lost
  }

  private let family: String
  private let chores = Chores()
  private var port: PortID
  private var members: TextSet = []
  private var watches: [String: Watch] = [:]
  private var monitors: [Guard] = []
  /// How long (s) to wait before a port that is still in the family is monitored again.
  private let retryTime = 0.2

  init(family: String) {
    self.family = family
    port = AnyEventMP.port()
  }

  /// Registers the port and begins to watch.
  func start() {
    register()
    for name in ["'l", "'g", family] {
      monitors.append(
        db_mon(name) { [unowned self] contents, _, _, _ in
          Report.print("family", name, contents.keys.sorted().joined(separator: ","))
          if name == family { membersAre(TextSet(contents.keys)) }
        })
    }
  }

  /// Kills our port, with a reason, and has another one.
  func replacePort() {
    kil(port, "replaced")
    port = AnyEventMP.port()
    register()
  }

  private func register() {
    let own = port
    rcv(
      own,
      on("ping") { (reply: PortID) in snd(reply, "pong", own) },
      on("pong") { [unowned self] (answering: PortID) in answered(answering.id) })
    chores.serve(own)
    Report.print("port", own.id)
    db_reg(family, own)
  }

  private func membersAre(_ keys: TextSet) {
    members = keys
    for key in keys.sorted() where !port_is_local(PortID(key)) && watches[key] == nil { watch(key) }
  }

  private func watch(_ key: String) {
    watches[key] = .monitored(isUp: false)
    let other = PortID(key)
    Report.print("mon", key)
    mon(other) { [unowned self] reason in fired(key, reason) }
    // Either the answer comes or the monitor fires.
    snd(other, "ping", port)
  }

  private func answered(_ key: String) {
    guard case .monitored(isUp: false)? = watches[key] else { return }
    watches[key] = .monitored(isUp: true)
    Report.print("up", key)
    chores.cameUp(key, port)
  }

  private func fired(_ key: String, _ reason: Message) {
    guard case .monitored? = watches[key] else { return Report.print("twice", key) }
    watches[key] = .lost
    let words = reason.map { $0.string ?? "\($0)" }
    chores.wentDown(key)
    Report.print("down", key, words.joined(separator: ", "))
    after(retryTime) { [unowned self] in
      watches[key] = nil
      if members.contains(key) { watch(key) }
    }
  }
}
