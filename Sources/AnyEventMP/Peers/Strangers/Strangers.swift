/// The connections that came in and are not authenticated, by where they come from.
///
/// Finds who has to go when there are too many without looking at the others: whoever opens
/// thousands of connections must not make each further one costly. It does not keep the
/// connections.
struct Strangers {
  /// How many there are.
  private(set) var count = 0
  private var places: TextDictionary<StrangerPlace> = [:]
  /// The places that hold one connection, two, …; the last queue is not empty.
  private var levels: [LinkedQueue<StrangerPlace>] = []

  /// How many come from that place.
  func count(at place: String) -> Int { places[place]?.count ?? 0 }

  /// The one that has been connected longest of those from a place.
  func oldest(at place: String) -> PendingConnection? { places[place]?.connections.first }

  /// Who has to go when there are too many: the oldest of the place that holds most; of several such
  /// places the one that has held so many longest.
  var surplus: PendingConnection? { levels.last?.first?.connections.first }

  /// Adds one; once only.
  mutating func add(_ connection: PendingConnection) {
    let name = connection.place
    let place = places[name] ?? StrangerPlace(name: name)
    if place.count == 0 { places[name] = place } else { levels[place.count - 1].remove(place) }
    place.connections.append(connection)
    connection.isStranger = true
    place.count += 1
    if levels.count < place.count { levels.append(LinkedQueue()) }
    levels[place.count - 1].append(place)
    count += 1
  }

  /// It is gone, or has proved itself; nothing if that was known.
  mutating func remove(_ connection: PendingConnection) {
    guard connection.isStranger, let place = places[connection.place] else { return }
    connection.isStranger = false
    place.connections.remove(connection)
    levels[place.count - 1].remove(place)
    place.count -= 1
    count -= 1
    if place.count > 0 {
      levels[place.count - 1].append(place)
    } else {
      places[place.name] = nil
    }
    while let last = levels.last, last.first == nil { levels.removeLast() }
  }
}
