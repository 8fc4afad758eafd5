import AnyEvent
import Foundation

/// What a worker's function throws.
private struct Refusal: Error, CustomStringConvertible {
  let description = "it does not want to"
}

/// Offers functions to tests that start this program as a worker, and serves if one has.
func offerWork() {
  Fork.worker("sum") { [.int($0.reduce(0) { $0 + ($1.int ?? 0) })] }
  Fork.worker("back") { $0.reversed() }
  Fork.worker("pid") { _ in [.int(Int(getpid()))] }
  Fork.worker("environment") { _ in
    [.bool(getenv("AE_WORKER") == nil), .bool(getenv("PATH") != nil)]
  }
  Fork.worker("refuse") { _ in throw Refusal() }
  Fork.worker("exit") { arguments in exit(Int32(arguments[0].int ?? 0)) }
  Fork.worker("events") { arguments in
    Fork.event("begun", arguments[0])
    return ["done"]
  }
  // Answers the calls in reverse order, when so many have come as the first argument says.
  var waiting: [(done: WorkerDone, call: Value)] = []
  Fork.worker_async("reverse") { done, arguments in
    waiting.append((done, arguments[1]))
    guard waiting.count == arguments[0].int else { return }
    for (done, call) in waiting.reversed() {
      done(call)
      done("twice")
    }
    waiting = []
  }
  // Tells its process id, and does not answer a long call.
  var held: [WorkerDone] = []
  Fork.worker_async("hold") { done, arguments in
    guard arguments.first == "long" else { return done() }
    held.append(done)
    Fork.event(Int(getpid()))
  }
  Fork.worker_async("forget") { _, _ in }
  Fork.worker_async("refuse later") { _, _ in throw Refusal() }
  Fork.worker("nan") { _ in [.double(.nan)] }
  // Starts a program that lives on, and ends.
  Fork.worker("leave") { _ in
    let sleep = Process()
    sleep.executableURL = URL(fileURLWithPath: "/bin/sleep")
    sleep.arguments = ["60"]
    try sleep.run()
    Fork.event(Int(sleep.processIdentifier))
    throw Refusal()
  }
  Fork.worker("lie") { _ in
    let bytes: [UInt8] = [0x18]
    write(3, bytes, 1)
    write(3, "lies", 4)
    return []
  }
  Fork.serve()
}

/// Has a worker and a pool of this very program add numbers.
func reportWorkers() {
  let done = AE.cv()
  done.begin()
  let worker = Fork.RPC("sum", on_error: { fail($0) })
  worker(1, 2) { results in
    print("worker", results ?? [])
    done.end()
  }
  done.begin()
  let pool = Fork.Pool("sum", on_error: { fail($0) })
  pool(3, 4) { results in
    print("pool", results ?? [])
    done.end()
  }
  do { try done.recv() } catch { fail("\(error)") }
  withExtendedLifetime((worker, pool)) {}
}
