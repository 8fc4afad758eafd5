// A supervised pool: two workers on each node that offers itself. A job of a worker that dies goes to
// another, and a new worker takes its place.
import AnyEvent
import AnyEventMP

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20

configure(nodeid: "eg_pool/%u", binds: ["*:4040"])

var jobs = Array(1...count)
var attempts: [Int: Int] = [:]
var idle: [PortID] = []
var busy: [PortID: Int] = [:]
var nodes: TextSet = []
var sum = 0
var done = 0

let end_cv = AnyEvent.condvar()
let pool = port()

func start_worker(_ node: String) {
  let worker = spawn(node, "MyApp::Worker::init", pool)
  mon(worker) { reason in
    idle.removeAll { $0 == worker }
    if let job = busy.removeValue(forKey: worker) {
      print("Job \(job) again: \(reason[1].string ?? "")")
      jobs.append(job)
      distribute()
    }
    if nodes.contains(node) {
      after(0.1) { if nodes.contains(node) { start_worker(node) } }
    }
  }
}

func distribute() {
  while let worker = idle.first, let job = jobs.first {
    idle.removeFirst()
    jobs.removeFirst()
    busy[worker] = job
    attempts[job, default: 0] += 1
    snd(worker, "job", job, attempts[job, default: 1])
  }
}

rcv(
  pool,
  on("ready") { (worker: PortID) in
    idle.append(worker)
    distribute()
  },
  on("done") { (worker: PortID, job: Int, result: Int) in
    guard busy.removeValue(forKey: worker) == job else { return }
    sum += result
    done += 1
    if done == count { end_cv.send() }
    idle.append(worker)
    distribute()
  })

let guardian: Guard = db_mon("eg_workers") { family, added, changed, deleted in
  nodes = TextSet(family.keys)
  for node in added {
    start_worker(node)
    start_worker(node)
  }
}

try end_cv.recv()
nodes = []
for worker in idle { kil(worker) }
print("The sum of the squares up to \(count) is \(sum)")

// The workers are told before the program ends.
let left_cv = AnyEvent.condvar()
Node.current.leave { left_cv.send() }
try left_cv.recv()
