// A pool of workers: each takes a job when it is free. "worker_pool master" and "worker_pool worker".
import AnyEventMP
let ARGV = Array(CommandLine.arguments.dropFirst())

let role = ARGV.first ?? "master"
var queue: [Int] = []
var busy: [PortID: Int] = [:]
var results = 0
let cv = AE.cv()

func work(_ n: Int) -> Int {
  var sum = 0
  for it in stride(from: 1, through: n, by: 1) { sum += it }
  return sum
}

func start_worker() throws {
  configure(nodeid: "worker/%u", seeds: ["127.0.0.1:4040"])
  let worker = port()
  rcv(worker,
    on("job") { (id: Value, n: Int, reply: PortID) in
      AE.log(.info, "job \(id)")
      let result = work(n)
      snd(reply, "done", id, result, worker)
    },
    on("stop") {
      kil(worker, "stopped")
    })
  let guard_: Guard = db_reg("pool.workers", worker)
  mon(worker) { reason in
    print("the worker ended: \(reason.values.map { "\($0)" }.joined(separator: " "))")
    cv.send()
  }
  try cv.recv()
}

func give(_ worker: PortID) {
  if !queue.isEmpty {
    let job = queue.removeFirst()
    busy[worker] = job
    snd(worker, "job", job, job * 1000, SELF)
  } else {
    busy[worker] = nil
    snd(worker, "stop")
  }
}

func start_master() throws {
  configure(nodeid: "master", binds: ["127.0.0.1:4040"])
  queue = Array(1...20)
  let master = port()
  rcv(master, "done") { (id: Value, result: Value, worker: PortID) in
    results += 1
    print("job \(id): \(result)")
    give(worker)
    if results == 20 { cv.send() }
  }
  rcv(master, "hello") { (argument0: PortID) in give(argument0) }
  db_mon("pool.workers") { family, added, changed, deleted in
    for worker in added {
      print("\(worker) has come")
      snd(master, "hello", worker)
    }
    for worker in deleted {
      if busy[PortID(worker)] == nil { continue }
      queue.append(busy.removeValue(forKey: PortID(worker)) ?? 0)
    }
  }
  let status = AE.timer(1, 1, psub {
    print("\(busy.count) of them are busy on \(NODE)")
  })
  after(60) { cv.croak("it takes too long") }
  cal(master, "ping", "x", timeout: 5) { answer in
    print("answer")
  }
  try cv.recv()
  db_del("pool.workers", "x")
  if results == 0 { throw die("nothing was done") }
}

if role == "worker" {
  try start_worker()
} else if role == "master" {
  try start_master()
} else {
  throw die("usage: worker_pool master|worker")
}
