import AEValue

/// The limits on a database entry, so that it fits into one packet: size, depth and number of values.
///
/// Sizes are upper bounds that hold in both framings, computed without encoding anything. A packet
/// also has a limit on the number of values. So each value counts at least as many bytes as its
/// part of that number, and the sizes alone decide whether a packet meets both limits.
struct DatabaseLimits: Equatable {
  /// The largest packet in bytes.
  var maximumSize: Int
  /// The deepest nesting of a packet, its own array counted.
  var maximumDepth: Int
  /// The most bytes of the name of a family or a key.
  var maximumName: Int
  /// The most addresses of one node that are kept.
  var maximumAddresses = Limit.maxAddresses.standard
  /// The most bytes of the merged database, measured as in packets.
  var maximumDatabase = Limit.maxDatabase.standard
  /// The most bytes of memory for waiting requests of one node.
  var maximumWaiting = Int.max
  /// The most families that a node may monitor, and the most requests of it that may wait for their answers.
  var maximumMonitors = Limit.maxMonitors.standard
  /// The least that a value counts, in bytes.
  private let smallestValue: Int

  init(
    maximumSize: Int = 16 << 20, maximumDepth: Int = 512, maximumValues: Int = .max,
    maximumName: Int = Limit.maxName.standard
  ) {
    self.maximumSize = maximumSize
    self.maximumDepth = maximumDepth
    self.maximumName = maximumName
    // Some values stand around the entries of a packet.
    let most = max(1, maximumValues - 8)
    smallestValue = maximumValues == .max ? 0 : (maximumSize + most - 1) / most
  }

  /// The limits of a node.
  init(_ limits: NodeLimits) {
    self.init(
      maximumSize: limits.codec.maximumSize, maximumDepth: limits.codec.maximumDepth,
      maximumValues: limits.codec.maximumValues, maximumName: limits.name)
    maximumAddresses = limits.addresses
    maximumDatabase = limits.database
    maximumMonitors = limits.monitors
    maximumWaiting = limits.maximumQueue
  }

  /// Takes over how much there may be, but not how it is measured.
  mutating func takeNumbers(of new: DatabaseLimits) {
    maximumAddresses = new.maximumAddresses
    maximumDatabase = new.maximumDatabase
    maximumMonitors = new.maximumMonitors
    maximumWaiting = new.maximumWaiting
  }

  /// No limits, for messages that stay in this process.
  static var none: DatabaseLimits { DatabaseLimits(maximumSize: .max, maximumDepth: .max) }

  /// The levels of `["", "g_set", {family: {key: value}}]` around a value.
  private static let levelsAround = 3

  /// The bytes of a packet besides its entries: array, name, request, two hashes, a list.
  static let envelope = 64

  /// Whether an entry fits into a packet of its own, whatever the request, and has no value that cannot be sent.
  ///
  /// With `within` it has to fit into that many bytes, the rest of a packet.
  func allow(family: String, key: String, value: Value, within bytes: Int? = nil) -> Bool {
    size(family: family, key: key, value: value, within: bytes) != nil
  }

  /// The size of an entry in a packet; nil if it does not fit: see ``allow(family:key:value:within:)``.
  func size(family: String, key: String, value: Value, within bytes: Int? = nil) -> Int? {
    if maximumDepth == .max { return 0 }
    let all = (bytes ?? maximumSize) - Self.envelope - size(of: family)
    var room = all - size(of: key)
    return take(value, from: &room, levels: maximumDepth - Self.levelsAround) ? all - room : nil
  }

  /// Says why the names of an entry are not allowed; nil if they are.
  func problem(family: String, key: String) -> String? {
    for (name, what) in [(family, "family"), (key, "key")] where name.utf8.count > maximumName {
      return
        "the name of the \(what) has \(name.utf8.count) bytes, more than max_name (\(maximumName)) allows"
    }
    return nil
  }

  /// The size of a packet with a change; nil if it does not fit into one.
  func packetSize(of change: FamilyChange, in family: String) -> Int? {
    guard let known = change.size, maximumSize != .max else {
      return packetSize(of: [family: change.set], change.deleted)
    }
    let size = Self.envelope + size(of: family) + known
    return size <= maximumSize ? size : nil
  }

  /// The size of a packet with entries and deleted keys; nil if they do not fit into one.
  func packetSize(of contents: DatabaseContents, _ keys: [String] = []) -> Int? {
    if maximumSize == .max { return 0 }
    var room = maximumSize - Self.envelope
    for (family, entries) in contents {
      room -= size(of: family)
      for (key, value) in entries where room >= 0 {
        room -= size(of: key)
        // Their depth was checked when they were set.
        if !take(value, from: &room, levels: .max) { return nil }
      }
    }
    for key in keys where room >= 0 { room -= size(of: key) }
    return room >= 0 ? maximumSize - room : nil
  }

  /// An upper bound of the size of an entry of a hash.
  func size(of key: String, _ value: Value) -> Int { size(of: key) + size(of: value) }

  /// An upper bound of the size of a value.
  func size(of value: Value) -> Int {
    var room = Int.max
    _ = take(value, from: &room, levels: .max)
    return Int.max - room
  }

  /// An upper bound of the size of a string, with the bytes around it.
  func size(of text: String) -> Int {
    // JSON writes control characters as \u00xx, and a backslash before some others.
    let added = Self.count(in: text.utf8) {
      $0 < 0x20 || $0 == 0x7f ? 5 : $0 == 0x22 || $0 == 0x5c || $0 == 0x2f ? 1 : 0
    }
    return max(10 + text.utf8.count + added, smallestValue)
  }

  /// The sum of the weights of all bytes, each of which is 5 at most.
  ///
  /// The sum of a short piece fits into a byte, so that many bytes are added at a time: a value may
  /// have 16 MB.
  @inline(__always)
  private static func count(
    in bytes: some Collection<UInt8>, _ weight: (UInt8) -> UInt8
  ) -> Int {
    let sum = bytes.withContiguousStorageIfAvailable { bytes in
      var sum = 0
      var start = 0
      while start < bytes.count {
        let end = min(start + 48, bytes.count)
        var piece: UInt8 = 0
        for index in start..<end { piece &+= weight(bytes[index]) }
        sum += Int(piece)
        start = end
      }
      return sum
    }
    return sum ?? bytes.reduce(0) { $0 + Int(weight($1)) }
  }

  /// Subtracts a value's size from `room`; false when it does not fit, nests too deep or is a
  /// number that cannot be sent.
  private func take(_ value: Value, from room: inout Int, levels: Int) -> Bool {
    switch value {
    case .null, .bool: room -= max(6, smallestValue)
    case .int, .uint: room -= max(21, smallestValue)
    case .double(let number):
      if !number.isFinite { return false }
      room -= max(32, smallestValue)
    case .string(let text): room -= size(of: text)
    case .bytes(let bytes):
      // JSON has one code point for each byte, which takes two bytes of UTF-8 from 0x80 on.
      let added = Self.count(in: bytes) {
        $0 < 0x20 || $0 == 0x7f ? 5 : $0 == 0x22 || $0 == 0x5c || $0 > 0x7f ? 1 : 0
      }
      room -= max(10, smallestValue) + bytes.count + added
    case .array(let elements):
      if levels < 1 { return false }
      room -= max(10, smallestValue)
      for element in elements where !take(element, from: &room, levels: levels - 1) { return false }
    case .hash(let elements):
      if levels < 1 { return false }
      room -= max(10, smallestValue)
      for (key, element) in elements {
        room -= size(of: key)
        if !take(element, from: &room, levels: levels - 1) { return false }
      }
    }
    return room >= 0
  }
}
