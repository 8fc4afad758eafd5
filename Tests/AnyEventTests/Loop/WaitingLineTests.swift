import AnyEvent
import Testing

/// One in a line, who counts how often anybody looks.
private final class Member: WaitingMember {
  let number: Int
  private var hasLeft = false
  private let looks: Looks

  final class Looks {
    var count = 0
  }

  init(_ number: Int, _ looks: Looks) {
    self.number = number
    self.looks = looks
  }

  var isOver: Bool {
    looks.count += 1
    return hasLeft
  }

  func leave(_ line: inout WaitingLine<Member>) {
    hasLeft = true
    line.memberLeft()
  }
}

@Suite("The line of those who wait") struct WaitingLineTests {
  /// In which order all leave.
  enum Order: CaseIterable {
    case forwards, backwards, mixed

    func numbers(_ count: Int) -> [Int] {
      switch self {
      case .forwards: Array(0..<count)
      case .backwards: (0..<count).reversed()
      // 7919 is a prime.
      case .mixed: (0..<count).map { $0 * 7919 % count }
      }
    }
  }

  @Test("leaving costs each the same however many wait", arguments: Order.allCases)
  func cost(order: Order) {
    let looks = Member.Looks()
    var line = WaitingLine<Member>()
    let members = (0..<10_000).map { Member($0, looks) }
    for member in members { line.append(member) }
    for (gone, number) in order.numbers(members.count).enumerated() {
      members[number].leave(&line)
      #expect(line.count == members.count - gone - 1)
      // Who is asked for each time costs no more.
      _ = line.first()
    }
    #expect(line.isEmpty && line.first() == nil)
    #expect(looks.count < 10 * members.count)
  }

  @Test("what comes and goes leaves no trace, whoever waits in front")
  func bounded() {
    let looks = Member.Looks()
    var line = WaitingLine<Member>()
    weak var former: Member?
    line.append(Member(-1, looks))
    for number in 0..<1000 {
      let member = Member(number, looks)
      line.append(member)
      member.leave(&line)
      if number == 500 { former = member }
    }
    #expect(former == nil && line.count == 1)
    #expect(line.takeAll().map(\.number) == [-1])
    #expect(line.isEmpty)
  }

  @Test("those who stay keep their order, and are found by it")
  func order() {
    let looks = Member.Looks()
    var line = WaitingLine<Member>()
    let members = (0..<100).map { Member($0, looks) }
    for member in members { line.append(member) }
    #expect(line.first { $0.number > 40 }?.number == 41)
    for member in members where member.number % 10 != 3 { member.leave(&line) }
    #expect(line.all.map(\.number) == Array(stride(from: 3, to: 100, by: 10)))
    #expect(line.first()?.number == 3)
    #expect(line.first { $0.number > 40 }?.number == 43)
    #expect(line.first { $0.number > 93 } == nil)
    #expect(line.takeAll().count == 10 && line.first() == nil)
  }
}
