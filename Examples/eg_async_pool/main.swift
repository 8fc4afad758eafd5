// The supervised pool, written with await: it works with the nodes of eg_worker. One task has the jobs; each worker has a
// task that waits for its death, tells of it, and spawns the next one.
import AnyEvent
import AnyEventMP

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20

configure(nodeid: "eg_async_pool/%u", binds: ["*:4040"])

var nodes: TextSet = []
let end_cv = AnyEvent.condvar()

let pool = port_async {
  var jobs = Array(1...count)
  var attempts: [Int: Int] = [:]
  var idle: [PortID] = []
  var busy: [PortID: Int] = [:]
  var sum = 0
  var done = 0

  while done < count {
    let message = try await get("ready", "done", "lost")
    let worker = message[1].portID
    let job = busy.removeValue(forKey: worker)
    switch message[0] {
    case "ready":
      idle.append(worker)
    case "done":
      guard job == message[2].int else { continue }
      sum += message[3].int ?? 0
      done += 1
      idle.append(worker)
    default:
      idle.removeAll { $0 == worker }
      if let job {
        print("Job \(job) again: \(message[2].string ?? "")")
        jobs.append(job)
      }
    }
    while let worker = idle.first, let job = jobs.first {
      idle.removeFirst()
      jobs.removeFirst()
      busy[worker] = job
      attempts[job, default: 0] += 1
      snd(worker, "job", job, attempts[job, default: 1])
    }
  }

  nodes = []
  for worker in idle { kil(worker) }
  print("The sum of the squares up to \(count) is \(sum)")
  end_cv.send()
}

func supervise(_ node: String) async throws {
  while nodes.contains(node) {
    let worker = spawn(node, "MyApp::Worker::init", pool)
    let reason = try await mon(worker)
    snd(pool, "lost", worker, reason[1])
    try await AE.sleep(0.1)
  }
}

let guardian: Guard = db_mon("eg_workers") { family, added, changed, deleted in
  nodes = TextSet(family.keys)
  for node in added {
    for _ in 1...2 { peval_async(pool) { try await supervise(node) } }
  }
}

try end_cv.recv()

// The workers are told before the program ends.
let left_cv = AnyEvent.condvar()
Node.current.leave { left_cv.send() }
try left_cv.recv()
