internal import AEValue
import AnyEvent

/// The sockets of a proxy: carries out its machine's actions, and reports events to it.
final class ProxyServer {
  typealias Side = ProxyMachine.Side

  private let loop: Loop
  private var machine = ProxyMachine()
  private var places: TextDictionary<Place> = [:]
  private var ends: [Int: Ends] = [:]
  private var timer: TimerWatcher?
  private var waiters: [Waiter] = []
  private var isPerforming = false

  /// Where a node is reached, and where it is.
  private struct Place {
    let listener: Listener
    var target: String
    /// Keeps the target's port until the node listens there, and between two nodes of this name.
    var reserved: ReservedAddress?
  }

  /// Both ends of a connection; the listener's comes when the dialler is known.
  private struct Ends {
    let dialler: Handle
    var listener: Handle?

    subscript(side: Side) -> Handle? { side == .dialler ? dialler : listener }
  }

  /// A client that waits until a counter has reached its value.
  private struct Waiter {
    let request: ProxyRequest
    let isThere: () -> Bool
    let answer: (ProxyAnswer) -> Void
  }

  /// The host of all addresses that the proxy chooses.
  private static let host = "127.0.0.1"
  /// The seconds that connecting to a target may take.
  private static let patience = 30.0

  init(on loop: Loop) { self.loop = loop }

  /// Does a request; `answer` is called at once, unless it waits for something.
  ///
  /// A wait ends without an answer when `isThere` says that the client is gone.
  func perform(
    _ request: ProxyRequest, isJSON: Bool, while isThere: @escaping () -> Bool = { true },
    _ answer: @escaping (ProxyAnswer) -> Void
  ) {
    if let problem = machine.problem(with: request) { return answer(problem) }
    switch request {
    case .node(let name, let target): answer(place(name, target, isJSON: isJSON))
    case .wait where !machine.isThere(request):
      waiters.append(Waiter(request: request, isThere: isThere, answer: answer))
    default:
      let result = machine.perform(request, isJSON: isJSON, at: loop.monotonicNow)
      settle()
      answer(result)
    }
  }

  // MARK: Nodes

  /// Makes the listener of a node, if it has none yet.
  private func place(_ name: String, _ target: String?, isJSON: Bool) -> ProxyAnswer {
    guard name.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "#") && $0 < 0x7F }) else {
      return ProxyAnswer(code: .usage, sentence: "\"\(name)\" is no node id")
    }
    do throws(SocketError) {
      if places[name] == nil {
        let listener = try loop.listen(on: Self.host, 0) { [unowned self] in accepted($0, for: name)
        }
        places[name] = Place(listener: listener, target: "")
        machine.nodes.insert(name)
      }
      if let target {
        places[name]?.target = target
        places[name]?.reserved = nil
      } else if places[name]?.target.isEmpty == true {
        let reserved = try ReservedAddress(on: Self.host)
        places[name]?.reserved = reserved
        places[name]?.target = reserved.address.description
      }
    } catch {
      return ProxyAnswer(
        code: .failure,
        sentence: """
          \(error); the proxy needs free ports on \(Self.host), and the network interface "lo" to be up
          """)
    }
    guard let place = places[name] else { return ProxyAnswer(code: .failure) }
    let listen = place.listener.address.description
    return ProxyAnswer(lines: [
      isJSON
        ? Shown(
          legible: Printer.json(
            .hash([
              "node": .string(name), "announce": .string(listen), "target": .string(place.target),
            ])))
        : "\(listen)\t\(place.target)"
    ])
  }

  // MARK: Events

  private func accepted(_ socket: ConnectedSocket, for node: String) {
    let id = machine.accepted(for: node)
    ends[id] = Ends(dialler: Handle(fh: socket.fd, on: loop))
    watch(id, .dialler)
  }

  private func dial(_ id: Int, _ node: String) {
    guard let target = places[node]?.target, let (host, port) = parse_hostport(target) else {
      return dialFailed(id)
    }
    ends[id]?.listener = Handle(
      connect: (host, port), on: loop, on_prepare: { _ in Self.patience },
      on_connect: { [unowned self] _, _, _, _ in
        machine.dialled(id, at: loop.monotonicNow)
        settle()
      }, on_connect_error: { [unowned self] _, _ in dialFailed(id) })
    watch(id, .listener)
  }

  private func dialFailed(_ id: Int) {
    machine.dialFailed(id)
    settle()
  }

  /// Reports to the machine the bytes and the end of a side.
  private func watch(_ id: Int, _ side: Side) {
    guard let handle = ends[id]?[side] else { return }
    handle.no_delay = true
    handle.on_error = { [unowned self] _, _, _ in ended(id, side, isReset: true) }
    handle.on_eof = { [unowned self] _ in ended(id, side, isReset: false) }
    read(id, side)
  }

  private func ended(_ id: Int, _ side: Side, isReset: Bool) {
    machine.ended(id, from: side, isReset: isReset, at: loop.monotonicNow)
    settle()
  }

  private func read(_ id: Int, _ side: Side) {
    guard let handle = ends[id]?[side] else { return }
    handle.on_read = { [unowned self] handle in
      let bytes = Array(handle.rbuf.bytes)
      handle.rbuf = HandleBuffer()
      machine.received(id, from: side, bytes, at: loop.monotonicNow)
      settle()
    }
    handle.start_read()
  }

  // MARK: Actions

  /// Carries out the machine's actions, answers the waiters that they satisfy, and sets the clock.
  private func settle() {
    // Events that the handles report while an action uses them are carried out by the loop below.
    guard !isPerforming else { return }
    isPerforming = true
    while case let actions = machine.takeActions(), !actions.isEmpty {
      for action in actions { perform(action) }
    }
    isPerforming = false
    timer = machine.nextTime.map { time in
      loop.timer(after: max(0, time - loop.monotonicNow)) { [unowned self] in
        machine.tick(at: loop.monotonicNow)
        settle()
      }
    }
    waiters.removeAll { !$0.isThere() }
    let ready = waiters.filter { machine.isThere($0.request) }
    guard !ready.isEmpty else { return }
    waiters.removeAll { machine.isThere($0.request) }
    for waiter in ready { waiter.answer(ProxyAnswer()) }
  }

  private func perform(_ action: ProxyMachine.Action) {
    switch action {
    case .dial(let id, let node): dial(id, node)
    case .write(let id, let side, let bytes): write(id, side, bytes)
    case .finish(let id, let side): ends[id]?[side]?.push_shutdown()
    case .pause(let id, let side):
      // With a callback for arriving bytes the handle would go on reading by itself.
      ends[id]?[side]?.on_read = nil
      ends[id]?[side]?.stop_read()
    case .resume(let id, let side): read(id, side)
    case .release(let id):
      if let ends = ends.removeValue(forKey: id) { end(ends) }
    case .close(let id):
      guard let ends = ends.removeValue(forKey: id) else { return }
      for side in [Side.dialler, .listener] { ends[side]?.linger = 0 }
      end(ends)
    }
  }

  private func end(_ ends: Ends) {
    ends.dialler.destroy()
    ends.listener?.destroy()
  }

  private func write(_ id: Int, _ side: Side, _ bytes: ArraySlice<UInt8>) {
    guard let handle = ends[id]?[side] else { return }
    handle.on_drain = nil
    handle.push_write(bytes)
    guard !handle.destroyed else { return }
    machine.blocked(id, side, true, at: loop.monotonicNow)
    // The callback runs at once if all was sent.
    handle.on_drain = { [unowned self] handle in
      machine.blocked(id, side, false, at: loop.monotonicNow)
      settle()
    }
  }
}
