// Text: patterns, formats, lists.
import AnyEvent
import Foundation

// == A pattern with parts
// `wholeMatch` and `prefixMatch` need no `^` and `$`; `firstMatch` looks anywhere. The parts have their types.

for line in ["name = value", "no sign"] {
  if let match = line.wholeMatch(of: /(\w+)\s*=\s*(.*)/) {
    print("\(match.1) is \(match.2)")
  } else {
    print("what is \"\(line)\"?")
  }
}

// == Parts with names

if let match = "2026-11-28".firstMatch(of: /(?<year>\d+)-(?<month>\d+)/) {
  print("month \(match.month) of \(match.year)")
}

// == All that match

let numbers = "3 apples, 12 pears".matches(of: /\d+/).map(\.output)
print(numbers.joined(separator: " "))

for match in "a=1 b=2".matches(of: /(\w)=(\d)/) {
  print("\(match.1): \(match.2)")
}

// == Substitution

var path = "/a//b///c"
path.replace(/\/+/, with: "/")
print(path)

var text = "so much: 3, 4"
text.replace(/\d+/) { match in "\((Int(match.output) ?? 0) * 2)" }
print(text)

// == A pattern that is made while the program runs
// `Regex(pattern)` reads one, and throws if it is none. Where it is only a text that is looked for, no pattern is needed.

let word = "a.b"
if "x a.b y".contains(word) { print("found") }

// == split and join
// `split` leaves out what is empty unless it is told not to, and gives slices: `String(part)`, `map(String.init)`.

let parts = "Host: example.org: 80".split(separator: /:\s*/, maxSplits: 1)
print("\(parts[0]) -> \(parts[1])")
print("a,,b".split(separator: ",", omittingEmptySubsequences: false).joined(separator: "|"))
print("  some   words ".split(separator: " ").map(\.capitalized).joined(separator: " "))

// == sprintf
// `String(format:)` is Foundation's. Texts are padded by `padding`, or by a function of your own.

print(
  String(format: "%5.2f|", 3.14159) + "left".padding(toLength: 6, withPad: " ", startingAt: 0)
    + "|" + String(repeating: " ", count: 6 - "right".count) + "right"
    + String(format: "|%03d|%x", 7, 255))

// == A number from text
// `Int` takes nothing but a number: it is nil for all else, where Perl takes what the text begins with.

for text in ["12", "12 apples"] {
  if let number = Int(text) { print(number + 1) } else { print("no number") }
}

// == Several lines
// What stands in front of the closing quotes is taken away from each line.

let who = "Joe"
print(
  """
  Dear \(who),
    this is "text".
  """)

// == Counting and replacing characters

let sequence = "GATTACA"
let pairs: [Character: Character] = ["A": "T", "C": "G", "G": "C", "T": "A"]
print(String(sequence.map { pairs[$0] ?? $0 }), sequence.count { $0 == "A" })

// == Parts of a text
// A position is no number. `prefix`, `suffix`, `dropFirst` and `dropLast` need none; bytes, `Array(date.utf8)`, have numbers.

let date = "2026-11-28"
print(
  date.prefix(4), date.suffix(2),
  date.utf8.firstIndex(of: UInt8(ascii: "-")).map { $0.utf16Offset(in: date) } ?? -1)

// == Sorting
// Several keys are a tuple; where one of them goes down, the sides change.

let files = [("b", 10), ("a", 10), ("c", 9)]
let sorted = files.sorted { a, b in (b.1, a.0) < (a.1, b.0) }
print(sorted.map(\.0).joined(separator: " "))

// == A text again and again

print(String(repeating: "-", count: 10), String(repeating: "=", count: 3))
