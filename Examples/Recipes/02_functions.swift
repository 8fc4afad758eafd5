// Functions: arguments, results, and what is changed for a while.

// == Arguments that may be left out

func greet(_ name: String, _ greeting: String = "hello") -> String {
  "\(greeting), \(name)"
}

print(greet("Joe") + "; " + greet("Joe", "good morning"))

// == Arguments with names
// They are part of the function, and stand in its order.

func connection(host: String, port: Int = 80, timeout: Int = 30) -> String {
  "\(host):\(port), \(timeout) s"
}

print(connection(host: "example.org"))
print(connection(host: "example.org", timeout: 5))

// == As many as there are
// `Int...` would take numbers that are written out, but no array: take an array.

func total(_ name: String, _ numbers: [Int]) -> String {
  "\(name): \(numbers.reduce(0, +))"
}

let more = [3, 4]
print(total("sum", [1, 2] + more))

// == Taking arguments one after the other
// `removeFirst` of an empty array stops the program: ask before. A slice, `ArraySlice`, has `popFirst`, which gives nil.

func command(_ arguments: String...) -> String {
  var rest = arguments[...]
  let verb = rest.popFirst() ?? "help"
  return "\(verb) (\(rest.joined(separator: ", ")))"
}

print(command("get", "a", "b") + "; " + command())

// == Several results
// A tuple; what may be missing, here with no numbers at all, is optional.

func minmax(_ numbers: Int...) -> (min: Int, max: Int)? {
  guard let min = numbers.min(), let max = numbers.max() else { return nil }
  return (min, max)
}

if let (min, max) = minmax(3, 1, 2) { print("from \(min) to \(max)") }

// == wantarray
// A function has one result. Most often the caller can take from it what it wants; else two functions of one name may
// differ in the type, and the caller writes which.

func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
func lines(_ text: String) -> Int { text.split(separator: "\n").count }

let list: [String] = lines("a\nb")
let count: Int = lines("a\nb")
print("\(count) lines: \(list.joined(separator: " "))")

// == A callback at the end
// Any function whose last argument is a function can be called so. What is kept beyond the call is `@escaping`.

func twice(_ code: (Int) -> Void) {
  for time in 1...2 { code(time) }
}

twice { time in print("time \(time)") }

// == local
// What lies below gets it as an argument. Where that goes too far, the value is put back by `defer`.

struct Tree {
  let text: String
  var below: [Tree] = []
}

var indent = 0

func show(_ tree: Tree) {
  print(String(repeating: " ", count: indent) + tree.text)
  let old = indent
  defer { indent = old }
  indent += 2
  for part in tree.below { show(part) }
}

show(
  Tree(
    text: "root",
    below: [Tree(text: "left", below: [Tree(text: "leaf")]), Tree(text: "right")]))

// == state
// A `static` variable, of an enumeration that has no other use, or a variable of the program.

enum Ticket {
  static var last = 0
  static func next() -> Int {
    last += 1
    return last
  }
}

print(Ticket.next(), Ticket.next())

// == A function that changes its argument
// `inout`, and the caller writes `&`.

func strip(_ text: inout String) { text = text.replacing(/^\s+|\s+$/, with: "") }

var text = "  some text "
strip(&text)
print("[\(text)]")
