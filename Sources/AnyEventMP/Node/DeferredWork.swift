/// What waits for the event loop: messages of a deep recursion, kills, and what must come after.
///
/// First in, first out, so that the order per port is kept.
struct DeferredWork {
  enum Item {
    case message(PortRef, [Value])
    case kill(LocalPort, [Value])
    case job(() -> Void)
  }

  private var items: [Item] = []
  private var head = 0

  @inline(__always)
  var isEmpty: Bool { items.isEmpty }

  mutating func append(_ item: Item) {
    items.append(item)
  }

  mutating func popFirst() -> Item? {
    guard !items.isEmpty else { return nil }
    // The slot gives its item up: what a message holds must not live until the whole queue is done.
    var item = Item.job({})
    swap(&item, &items[head])
    head += 1
    if head == items.count {
      items.removeAll(keepingCapacity: items.count < 4096)
      head = 0
    } else if head > 4096, head * 2 > items.count {
      items.removeFirst(head)
      head = 0
    }
    return item
  }
}
