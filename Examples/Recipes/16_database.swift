// The database: what all nodes see, and who hears of it.
import AnyEvent
import AnyEventMP

configure(
  nodeid: "recipe", binds: ["127.0.0.1:*"], services: ["AnyEvent::MP::Global::"],
  secret: "a secret for recipes", norc: true)

// == Setting and asking
// The first node of a network keeps the database: by the service `AnyEvent::MP::Global::`, in Swift also without that,
// when there are no seeds.

db_set("rooms", "kitchen", ["windows": 1])
db_set("rooms", "hall", ["windows": 4])

let asked = AE.cv(String.self)
db_family("rooms") { family in
  let texts = family.sorted { $0.key < $1.key }.map { "\($0.key) has \($0.value["windows"])" }
  asked.send(texts.joined(separator: ", "))
}
print(try asked.recv())

// == Only the keys, only the values

let keys = AE.cv(String.self)
db_keys("rooms") { list in keys.send(list.sorted().joined(separator: " ")) }
print(try keys.recv())

let values = AE.cv(Int.self)
db_values("rooms") { list in values.send(list.reduce(0) { $0 + ($1["windows"].int ?? 0) }) }
print(try values.recv())

// == Taking it away

db_del("rooms", "kitchen", "hall")

let emptied = AE.cv(Int.self)
db_keys("rooms") { list in emptied.send(list.count) }
print("\(try emptied.recv()) rooms")

// == An entry as long as its guard

var lock: Guard? = db_set("locks", "printer", "Joe")
lock = nil

let unlocked = AE.cv(Int.self)
db_keys("locks") { list in unlocked.send(list.count) }
print("\(try unlocked.recv()) locks")

// == What changes
// The callback gets the whole family, and the keys that are new, have other values, and are gone.

let changed = AE.cv()
var watch: Guard? = db_mon("weather") { family, added, others, deleted in
  for key in added.sorted() { print("new: \(key) \(family[key] ?? .null)") }
  for key in others.sorted() { print("changed: \(key) \(family[key] ?? .null)") }
  for key in deleted.sorted() { print("gone: \(key)") }

  if !added.isEmpty { db_set("weather", "Berlin", "sun") }
  if !others.isEmpty { db_del("weather", "Berlin") }
  if !deleted.isEmpty { changed.send() }
}

db_set("weather", "Berlin", "rain")
try changed.recv()
watch = nil

// == A port that others find
// Its id is the key. The family may be empty at first: then the callback waits for more.

let printed = AE.cv()
let printer = rcv(port(), "print") { (text: String) in
  print("on paper: \(text)")
  printed.send()
}
db_reg("printers", printer, ["colour": true])

var search: Guard?
search = db_mon("printers") { family, added, changed, deleted in
  let coloured = family.filter { $0.value["colour"].bool == true }.map(\.key)
  guard let found = coloured.sorted().first else { return }
  search?.cancel()
  snd(found, "print", "a picture")
}
try printed.recv()

// == A port that is gone
// So is its entry, when it dies, when its node ends, or when that cannot be reached any more.
//
// It is gone for all nodes or for none. After a cut between two nodes that both still reach the seed, `mon` fires on one of
// them for the ports of the other, but `db_mon` reports nothing: the keys have never left the family, and none is added when
// the nodes have found each other again. A pool that starts workers only for what is added loses that worker: have the
// callback of `mon` start the next one, as long as the node is there, as `Examples/eg_pool` does.

let missed = AE.cv(Int.self)
let census: Guard = db_mon("printers") { family, added, _, deleted in
  if !added.isEmpty { kil(printer) }
  if !deleted.isEmpty { missed.send(family.count) }
}
print("\(try missed.recv()) printers")
