/// The signals that are watched on a loop, by number.
final class SignalTable: LoopResident {
  private var signals: [CInt: SharedSignal] = [:]

  subscript(number: CInt) -> SharedSignal? {
    get { signals[number] }
    set { signals[number] = newValue }
  }

  func loopCloses() { for signal in signals.values { signal.closeAll() } }

  func loopReferencesChanged() { for signal in signals.values { signal.updateReference() } }
}

extension Loop {
  /// The signals that are watched on this loop.
  var signals: SignalTable {
    if let known = self[only: SignalTable.self] { return known }
    let made = SignalTable()
    self[only: SignalTable.self] = made
    return made
  }
}
