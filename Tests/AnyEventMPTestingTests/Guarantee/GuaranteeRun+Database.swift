import AnyEventMP
import AnyEventMPTesting

extension GuaranteeRun {
  /// Somebody sets, deletes, registers or asks.
  func useDatabase() {
    guard let member = network.random.pick(members.filter { $0.node != nil }) else { return }
    let family = network.random.chance(0.7) ? "alpha" : "beta"
    // Few keys, so that several nodes hold the same one.
    let key = "key\(network.random.number(below: 5))"
    switch network.random.number(below: 12) {
    case 0...4: member.set(family, key, someValue())
    case 5, 6: member.delete(family, [key, "key0"])
    case 7:
      let own = receivers.filter { $0.host == member.host.name && !$0.isDead }
      if let receiver = network.random.pick(own) { member.register(receiver) }
    case 8: member.query(.keys, family)
    case 9: member.renewView(network.random.number(below: member.views.count))
    case 10:
      let keys = member.registrations.keys.sorted()
      if let key = network.random.pick(keys) { member.unregister(key) }
    default: member.query(.family, family)
    }
  }

  private func someValue() -> Value {
    switch network.random.number(below: 5) {
    case 0: .null
    case 1: .int(network.random.number(below: 1000))
    case 2: .string(String(repeating: "v", count: network.random.number(below: 300)))
    case 3: ["list", .int(network.random.number(below: 10)), nil]
    default: ["a": .int(network.random.number(below: 3)), "b": .double(0.5)]
    }
  }

  /// Every node must show the merge of what the living ones have set.
  func checkDatabase() {
    var expected: TextDictionary<TextDictionary<Value>> = [:]
    func add(_ family: String, _ key: String, _ value: Value) {
      let other = expected[family]?[key]
      let isGreater = other.map { CBOREncoding.canonicallyPrecedes($0, value) } ?? true
      if isGreater { expected[family, default: [:]][key] = value }
    }
    for member in members {
      for (family, entries) in member.local {
        for (key, value) in entries { add(family, key, value) }
      }
      add("'l", member.host.name, [.string(member.host.address)])
      if member.node?.status.isGlobal == true { add("'g", member.host.name, .null) }
    }
    for member in members { member.checkDatabase(expected) }
  }
}
