/// The names of the numbers in messages of DNS, as Perl's `AnyEvent::DNS` spells them.
enum DNSNames {
  static let operations = NumberNames([
    ("query", 0), ("iquery", 1), ("status", 2), ("notify", 4), ("update", 5),
  ])

  static let codes = NumberNames([
    ("noerror", 0), ("formerr", 1), ("servfail", 2), ("nxdomain", 3), ("notimp", 4), ("refused", 5),
    ("yxdomain", 6), ("yxrrset", 7), ("nxrrset", 8), ("notauth", 9), ("notzone", 10),
  ])

  static let classes = NumberNames([("in", 1), ("ch", 3), ("hs", 4), ("none", 254), ("*", 255)])

  static let types = NumberNames([
    ("a", 1), ("ns", 2), ("md", 3), ("mf", 4), ("cname", 5), ("soa", 6), ("mb", 7), ("mg", 8),
    ("mr", 9), ("null", 10), ("wks", 11), ("ptr", 12), ("hinfo", 13), ("minfo", 14), ("mx", 15),
    ("txt", 16), ("rp", 17), ("afsdb", 18), ("x25", 19), ("isdn", 20), ("rt", 21), ("aaaa", 28),
    ("loc", 29), ("srv", 33), ("naptr", 35), ("kx", 36), ("cert", 37), ("dname", 39), ("opt", 41),
    ("ds", 43), ("sshfp", 44), ("rrsig", 46), ("nsec", 47), ("dnskey", 48), ("tlsa", 52),
    ("svcb", 64), ("https", 65), ("spf", 99), ("tkey", 249), ("tsig", 250), ("ixfr", 251),
    ("axfr", 252), ("mailb", 253), ("maila", 254), ("*", 255), ("any", 255), ("caa", 257),
  ])
}

/// Numbers with names, looked up either way; a number without a name is written in decimal digits.
struct NumberNames: Sendable {
  private let numbers: TextDictionary<UInt16>
  private let names: [UInt16: String]

  init(_ pairs: [(String, UInt16)]) {
    var numbers = TextDictionary<UInt16>()
    for (name, number) in pairs { numbers[name] = number }
    self.numbers = numbers
    names = Dictionary(pairs.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The number of a name in small or capital letters; nil if it is unknown.
  func number(_ name: String) -> UInt16? { numbers[name.lowercased()] ?? UInt16(name) }

  func name(_ number: UInt16) -> String { names[number] ?? String(number) }
}
