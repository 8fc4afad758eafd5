// Hashes and lists: counting, grouping, and what is nested.
import AnyEvent

// == Counting

var count: [String: Int] = [:]
for word in ["a", "b", "a", "c", "a", "b"] { count[word, default: 0] += 1 }
for (word, number) in count.sorted(by: { $0.value > $1.value }) { print("\(word): \(number)") }

// == Grouping

let byLength = Dictionary(grouping: ["one", "two", "three", "four"], by: \.count)
for (length, words) in byLength.sorted(by: { $0.key < $1.key }) {
  print("\(length): \(words.joined(separator: " "))")
}

// == Whether a key is there
// What a key has is optional: nil where there is none.

var port = ["http": 80, "https": 443]
print(port["http"] != nil ? "there" : "not there")
let ftp = port.removeValue(forKey: "ftp").map(String.init) ?? "none"
print(ftp)

// == Records
// Keys that are written out in the program are properties.

struct Person {
  let name: String
  var age: Int
}

var person = Person(name: "Joe", age: 30)
person.age += 1
print("\(person.name) is \(person.age)")

// == Hashes in hashes
// `default:` makes what is not there, as Perl does unasked.

struct Place {
  var host = ""
  var port = 0
}

var config: [String: Place] = [:]
config["server", default: Place()].port = 80
config["server", default: Place()].host = "localhost"
config["client", default: Place()].port += 0
print(
  config.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.host):\($0.value.port)" }
    .joined(separator: " "))

// == Taking out while going through
// The loop goes through a copy, so that anything may be taken out. `filter` says the same without a loop.

var timeout = ["a": 1, "b": 5, "c": 9]
for (key, value) in timeout where value < 6 { timeout[key] = nil }
print(timeout.keys.joined(separator: " "))

// == A set

var seen: Set<String> = []
let unique = ["b", "a", "b", "c", "a"].filter { seen.insert($0).inserted }
print(unique.joined(separator: " "))

// == The other way round

let service = Dictionary(port.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
print(service[443] ?? "")

// == References that are shared
// Arrays, dictionaries and structures are copied when they are assigned. What several places change is a class.

final class List { var items = [1, 2] }

let list = List()
let same = list
same.items.append(3)
print(list.items.count)

// == Lists
// `removeFirst` of an empty array stops the program.

var queue = Array(1...5)
queue.append(6)
let head = queue.removeFirst()
let tail = queue.popLast() ?? 0
print(head, tail, queue[0], queue[1], queue.count - 1)

// == map, grep and sort in one

let odd = (1...5).sorted(by: >).filter { $0 % 2 == 1 }
print(odd.map { "\($0 * $0)" }.joined(separator: " "))

// == Going through with numbers

for (index, name) in ["a", "b"].enumerated() { print("\(index): \(name)") }

// == Data without a type
// A `Value` is what JSON and messages are made of. What is not there is null, at any depth.

let data = try JSON.decode(#"{"name":"Joe","tags":["x","y"],"age":null}"#)
print("\(data["name"]) \(data["tags"][1]) \(data["age"].string ?? "unknown")")
