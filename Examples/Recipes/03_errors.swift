// Errors: the system's, thrown ones, and those of callbacks.
import AnyEvent

// == $!
// What fails gives nil or false. `SystemError.last` says why, at once: before anything else is called.

let loaded = AE.cv(String.self)

aio_load("/does/not/exist") { data in
  guard let data else { return loaded.send("not loaded: \(SystemError.last)") }
  loaded.send("\(data.count)")
}

print(try loaded.recv())

// == No connection

let connected = AE.cv(String.self)

tcp_connect("127.0.0.1", 1) { fh in
  guard fh != nil else { return connected.send("no connection: \(SystemError.last)") }
  connected.send("connected")
}

print(try connected.recv())

// == eval, die and $@
// What throws says so by `throws`, and is called with `try`. The error is `error` in `catch`.

struct Odd: Error, CustomStringConvertible {
  let number: Int
  var description: String { "\(number) is odd" }
}

func half(_ number: Int) throws -> Int {
  if number % 2 != 0 { throw Odd(number: number) }
  return number / 2
}

for number in [4, 5] {
  do {
    print("half of it is \(try half(number))")
  } catch {
    print("failed: \(error)")
  }
}

// == An error with more than a text
// An enumeration has a case for each error; `catch` takes those that it names. Others go on to the caller.

enum FetchError: Error { case status(Int, path: String) }

func fetch(_ path: String) throws -> String {
  if path != "/" { throw FetchError.status(404, path: path) }
  return "the page"
}

do {
  _ = try fetch("/nothing")
} catch FetchError.status(let status, let path) {
  print("\(status): \(path)")
}

// == Whether it works, and no more

let result = (try? half(7)) ?? 0
print(result)

// == What is done in both cases
// `defer` is done when the function is left, by whichever way.

func work(_ number: Int) throws -> Int {
  defer { print("the end of \(number)") }
  return try half(number)
}

_ = try? work(2)
_ = try? work(3)

// == An error that comes later

let cv = AE.cv()
let w = AE.timer(0.01, 0) { cv.croak("it took too long") }

do { try cv.recv() } catch { print("failed: \(error)") }

// == An error in a callback
// Callbacks of AnyEvent may not throw: the compiler refuses a `try` without `do` in them. Those of ports may, and it kills the
// port.

let ended = AE.cv()

AE.postpone {
  do { _ = try half(9) } catch { print("in the callback: \(error)") }
  ended.send()
}

try ended.recv()
