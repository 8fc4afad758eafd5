import AEValue

@testable import AnyEventMP

/// All that a global node's service holds, for comparing.
struct ServiceSnapshot: Equatable {
  let families: DatabaseContents
  let ours: DatabaseContents
  let monitors: TextDictionary<TextSet>
  let globals: TextSet
  let monitored: TextDictionary<TextSet>
  let synchronised: [String]
  let kept: TextSet
  let lost: [String]

  init(_ service: GlobalService, families names: [String]) {
    var contents: DatabaseContents = [:]
    for name in names { contents[name] = service.database.contents(of: name) }
    families = contents
    var ours: DatabaseContents = [:]
    for name in service.database.familyNames {
      let entries = service.database.contentsOfOurs(name)
      if !entries.isEmpty { ours[name] = entries }
    }
    self.ours = ours
    monitors = service.monitors
    globals = TextSet(service.connected.keys.filter { service.connected[$0]?.isGlobal == true })
    monitored = service.connected.mapValues(\.monitored)
    synchronised = service.synchronised
    kept = service.kept
    lost = service.lost.map(\.node)
  }
}
