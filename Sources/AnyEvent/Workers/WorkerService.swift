internal import AEValue
internal import CLibUV
internal import Glibc

/// The functions that a program offers to those that start it as their worker.
final class WorkerFunctions: LoopResident {
  /// A function of a worker.
  enum Function {
    case plain((_ arguments: [Value]) throws -> [Value])
    case asynchronous((_ done: WorkerDone, _ arguments: [Value]) throws -> Void)
  }

  var table: TextDictionary<Function> = [:]
  /// Set in a worker.
  var service: WorkerService?

  /// The functions of a loop.
  static func of(_ loop: Loop) -> WorkerFunctions {
    if let known = loop[only: WorkerFunctions.self] { return known }
    let made = WorkerFunctions()
    loop[only: WorkerFunctions.self] = made
    return made
  }

  func loopCloses() {}
}

/// The closure that an asynchronous function of a worker calls once, with its results: Perl's `$done->(@results)`.
public final class WorkerDone {
  private var answer: (([Value]) -> Void)?

  init(_ answer: @escaping ([Value]) -> Void) { self.answer = answer }

  /// Answers the call with these results; later calls do nothing.
  public func callAsFunction(_ results: (any MessageConvertible)?...) {
    answer?(Value.list(results))
    answer = nil
  }

  /// Answers the call with the elements of a list.
  public func callAsFunction(list results: [Value]) {
    answer?(results)
    answer = nil
  }

  /// Leaves the call without an answer, because the function has failed.
  func forget() { answer = nil }

  // Its caller waits: a function that has forgotten it has no results.
  deinit { answer?([]) }
}

/// The worker's end of the connection: takes calls, runs functions, and ends the process.
final class WorkerService {
  /// The variable by which a process learns that it is a worker; its value is the number of the descriptor.
  static let variable = "AE_WORKER"
  static let descriptor: CInt = 3

  private let loop: Loop
  private let functions: WorkerFunctions
  private let handle: Handle
  private var function: WorkerFunctions.Function?
  private var unanswered = 0
  /// The exit code with which it ends as soon as all is written.
  private var code: CInt?
  private var hasAllCalls = false

  /// Nil if this process is nobody's worker.
  init?(on loop: Loop, _ functions: WorkerFunctions) {
    guard let text = getenv(Self.variable), String(cString: text) == "\(Self.descriptor)" else {
      return nil
    }
    // Programs that the worker starts are no workers.
    unsetenv(Self.variable)
    // Nor do they keep its connection open.
    _ = fcntl(Self.descriptor, F_SETFD, FD_CLOEXEC)
    self.loop = loop
    self.functions = functions
    handle = Handle(fh: Self.descriptor, on: loop, on_error: { _, _, _ in exit(1) })
    handle.push_read(.cbor) { [unowned self] _, first in begin(first) }
  }

  /// Serves until the process ends.
  func serve() -> Never {
    while loop.runOnce() {}
    // The loop has no more events, so the open calls will never be answered.
    fail("its function waits for nothing, and has not answered all calls")
    while loop.runOnce() {}
    exit(1)
  }

  /// Tells the parent something.
  func tell(_ values: [Value]) { write(0, values) }

  private func begin(_ first: Value) {
    let name = first.array?.first?.string ?? ""
    guard let function = functions.table[name] else {
      let known = functions.table.keys.sorted().joined(separator: ", ")
      return fail(
        "there is no worker function called \"\(name)\": name it by Fork.worker before Fork.serve() (there are: \(known))"
      )
    }
    self.function = function
    handle.on_read = { [unowned self] _ in next() }
    handle.on_eof = { [unowned self] _ in
      hasAllCalls = true
      endIfDone()
    }
    next()
  }

  private func next() {
    guard handle.rbuf.isEmpty == false else { return }
    handle.push_read(.cbor) { [unowned self] _, call in
      guard code == nil, case .array(let values) = call, case .int(let number)? = values.first
      else {
        return
      }
      unanswered += 1
      perform(number, Array(values.dropFirst()))
    }
  }

  private func perform(_ number: Int, _ arguments: [Value]) {
    do {
      switch function {
      case .plain(let function): answer(number, try function(arguments))
      case .asynchronous(let function):
        let done = WorkerDone { [unowned self] in answer(number, $0) }
        do {
          try function(done, arguments)
        } catch {
          done.forget()
          throw error
        }
      case nil: break
      }
    } catch {
      fail("\(error)")
    }
  }

  private func answer(_ number: Int, _ results: [Value]) {
    write(number, results)
    unanswered -= 1
    endIfDone()
  }

  private func write(_ number: Int, _ values: [Value]) {
    guard code == nil else { return }
    do {
      handle.push_write(try CBOR.encode(Value.array([.int(number)] + values)))
    } catch {
      fail("what it says cannot be sent: \(error)")
    }
  }

  private func fail(_ sentence: String) {
    write(-1, [.string(sentence)])
    end(1)
  }

  private func endIfDone() {
    if hasAllCalls, unanswered == 0 { end(0) }
  }

  private func end(_ code: CInt) {
    guard self.code == nil else { return }
    self.code = code
    handle.on_drain = { _ in exit(code) }
  }
}
