/// What lives on a loop that does not know its type: the loop tells it of its own fate.
///
/// So sockets, handles, name look-ups and signals lie above the loop, which keeps them alive and has to end them.
protocol LoopResident: AnyObject {
  /// The loop is closing: everything is to be cancelled, and nobody called any more.
  func loopCloses()

  /// The process is the child of a fork and goes on with the loop; the parent does, too.
  func loopForked()

  /// Whether watchers keep the loop running has changed.
  func loopReferencesChanged()
}

extension LoopResident {
  func loopForked() {}

  func loopReferencesChanged() {}
}

extension Loop {
  /// The loop's only resident of a type, or nil; it stays until nil is set.
  subscript<Resident: LoopResident>(only type: Resident.Type) -> Resident? {
    get { services[ObjectIdentifier(type)] as? Resident }
    set {
      // Released at the end: as it goes it may ask for another.
      let held = services[ObjectIdentifier(type)]
      services[ObjectIdentifier(type)] = newValue
      withExtendedLifetime(held) {}
    }
  }

  /// Keeps a resident alive until ``release(_:)``, or until the loop is closed.
  func keep(_ resident: any LoopResident) { kept[ObjectIdentifier(resident)] = resident }

  /// Keeps a resident no more.
  func release(_ resident: any LoopResident) { kept[ObjectIdentifier(resident)] = nil }

  /// All residents, those of which there is one first.
  var residents: [any LoopResident] { Array(services.values) + Array(kept.values) }
}
