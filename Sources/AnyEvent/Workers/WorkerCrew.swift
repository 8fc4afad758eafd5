internal import AEValue

/// The workers of a pool and the calls that wait for them; the loop keeps it until all is done.
final class WorkerCrew: LoopResident, @unchecked Sendable {
  /// See the parameters of ``WorkerPool``.
  struct Limits {
    let max: Int
    let idle: Int
    let load: Int
    let start: Double
    let stop: Double
  }

  private final class Member {
    let worker: WorkerConnection
    /// Ends it when it has been idle for long.
    var rest: TimerWatcher?

    init(_ worker: WorkerConnection) { self.worker = worker }
  }

  let loop: Loop
  private let name: String
  private let program: ChildCommand
  private let limits: Limits
  private var callbacks: WorkerConnection.Callbacks?
  private var members: [Member] = []
  /// How many workers end without having been told of it yet.
  private var leaving = 0
  private var calls = Queue<(arguments: [Value], reply: ([Value]?) -> Void)>()
  private var starting: TimerWatcher?
  /// After a failure workers are started only for calls, so that a broken program is not started again and again.
  private var pause: TimerWatcher?
  private var isFinishing = false

  init(
    on loop: Loop, _ name: String, _ program: ChildCommand, _ limits: Limits,
    _ callbacks: WorkerConnection.Callbacks
  ) {
    self.loop = loop
    self.name = name
    self.program = program
    self.limits = limits
    self.callbacks = callbacks
    guard loop.state == .open else {
      self.callbacks = nil
      return
    }
    loop.keep(self)
    schedule()
  }

  func call(_ arguments: [Value], _ reply: @escaping ([Value]?) -> Void) {
    guard callbacks != nil else { return }
    calls.append((arguments, reply))
    schedule()
  }

  /// Takes note that no more calls come.
  func finish() {
    guard !isFinishing, callbacks != nil else { return }
    isFinishing = true
    schedule()
  }

  /// Hands out calls, starts and stops workers.
  private func schedule() {
    while !calls.isEmpty, let member = leastBusy, member.worker.load < limits.load {
      give(to: member)
    }
    if pause == nil, !isFinishing {
      while members.count < limits.max, idleCount < limits.idle { hire() }
    }
    if calls.isEmpty {
      starting = nil
    } else if members.isEmpty {
      hire()
      return schedule()
    } else if members.count < limits.max, starting == nil {
      starting = loop.timer(after: limits.start) { [weak self] in
        guard let self else { return }
        starting = nil
        if !calls.isEmpty { hire() }
        schedule()
      }
    }
    if isFinishing, calls.isEmpty { dismissAll() }
  }

  private var idleCount: Int { members.count { $0.worker.isWorking && $0.worker.load == 0 } }

  /// The worker with the fewest calls, connected ones first: a worker that has just failed is still a member while
  /// its calls are told so.
  private var leastBusy: Member? {
    members.lazy.filter(\.worker.isWorking).min {
      ($0.worker.isConnected ? 0 : 1, $0.worker.load) < (
        $1.worker.isConnected ? 0 : 1, $1.worker.load
      )
    }
  }

  private func give(to member: Member) {
    guard let (arguments, reply) = calls.popFirst() else { return }
    member.rest = nil
    member.worker.call(arguments) { [weak self] results in
      reply(results)
      self?.rested(member)
    }
  }

  private func rested(_ member: Member) {
    schedule()
    guard member.worker.isWorking, member.worker.load == 0, !isFinishing else { return }
    member.rest = loop.timer(after: limits.stop) { [weak self] in
      guard let self else { return }
      member.rest = nil
      if idleCount > limits.idle { dismiss(member) }
    }
  }

  private func hire() {
    var worker: WorkerConnection?
    worker = WorkerConnection(
      on: loop, name, program,
      .init(
        error: { [weak self] message in
          self?.gone(worker)
          self?.rest()
          self?.callbacks?.error(message)
          self?.settle()
          worker = nil
        }, event: callbacks?.event,
        end: { [weak self] in
          self?.gone(worker)
          self?.settle()
          worker = nil
        }))
    if let worker { members.append(Member(worker)) }
  }

  private func rest() {
    pause = loop.timer(after: max(limits.start, 1)) { [weak self] in
      self?.pause = nil
      self?.settle()
    }
  }

  private func gone(_ worker: WorkerConnection?) {
    if let place = members.firstIndex(where: { $0.worker === worker }) {
      members.remove(at: place)
    } else {
      leaving -= 1
    }
  }

  private func dismiss(_ member: Member) {
    members.removeAll { $0 === member }
    leaving += 1
    member.rest = nil
    member.worker.finish()
  }

  private func dismissAll() {
    for member in members { dismiss(member) }
    settle()
  }

  /// Goes on after a worker has ended, or tells that all have.
  private func settle() {
    guard let callbacks else { return }
    guard isFinishing, calls.isEmpty, members.isEmpty else { return schedule() }
    guard leaving == 0 else { return }
    self.callbacks = nil
    pause = nil
    loop.release(self)
    callbacks.end?()
  }

  func loopCloses() { abandon() }

  /// The workers are the parent's.
  func loopForked() { abandon() }

  private func abandon() {
    // Released at the end: the deinitializer of an object that a callback held may use the pool.
    let held = (callbacks, calls, members)
    callbacks = nil
    calls = Queue()
    members = []
    starting = nil
    pause = nil
    loop.release(self)
    withExtendedLifetime(held) {}
  }
}
