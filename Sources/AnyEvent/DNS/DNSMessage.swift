/// A message of the domain name system: a question, or the answer to it.
///
/// The members have the names of RFC 1035. Corresponds to the hash that Perl's `AnyEvent::DNS` packs and
/// unpacks.
public struct DNSMessage: Hashable, Sendable {
  /// A question: the records of which name, type and class are wanted.
  public struct Question: Hashable, Sendable {
    /// The name, without a dot at its end.
    public var name: String
    /// The type in small letters, `"*"` for all.
    public var type: String
    /// The class, nearly always `"in"`.
    public var `class`: String

    /// A question of these parts.
    public init(_ name: String, _ type: String, _ class: String = "in") {
      self.name = name
      self.type = type
      self.class = `class`
    }
  }

  /// The number by which an answer is recognised; nil for one by lot.
  public var id: UInt16?
  /// The operation, such as `"query"`.
  public var op: String
  /// The result, such as `"noerror"` or `"nxdomain"`.
  public var rc: String
  /// Whether it is an answer.
  public var qr = false
  /// Whether the server has authority over the name.
  public var aa = false
  /// Whether the message was cut off.
  public var tc = false
  /// Whether the server shall ask others.
  public var rd = false
  /// Whether the server asks others.
  public var ra = false
  /// Whether the data was verified.
  public var ad = false
  /// Whether data that was not verified is welcome.
  public var cd = false
  /// The questions.
  public var qd: [Question]
  /// The answers.
  public var an: [DNSRecord] = []
  /// The name servers that have authority.
  public var ns: [DNSRecord] = []
  /// Additional records.
  public var ar: [DNSRecord] = []

  /// A request with these questions.
  ///
  /// - Parameters:
  ///   - id: its number; nil for one by lot.
  ///   - op: the operation.
  ///   - rc: the result.
  ///   - rd: whether the server shall ask others.
  ///   - qd: the questions.
  public init(
    id: UInt16? = nil, op: String = "query", rc: String = "noerror", rd: Bool = false,
    qd: [Question]
  ) {
    self.id = id
    self.op = op
    self.rc = rc
    self.rd = rd
    self.qd = qd
  }
}

extension DNSMessage {
  /// The message that these bytes are; nil if they are none.
  ///
  /// Takes time and memory linear in the bytes, though a name may be as long as 255 bytes for two. A record
  /// whose data is none of its type is left out.
  public init?(_ bytes: [UInt8]) {
    var reader = DNSReader(bytes)
    guard let id = reader.short(), let flags = reader.short(), let qdcount = reader.short(),
      let ancount = reader.short(), let nscount = reader.short(), let arcount = reader.short()
    else { return nil }
    self.init(
      id: id, op: DNSNames.operations.name(flags >> 11 & 15), rc: DNSNames.codes.name(flags & 15),
      rd: flags & 0x0100 != 0, qd: [])
    qr = flags & 0x8000 != 0
    aa = flags & 0x0400 != 0
    tc = flags & 0x0200 != 0
    ra = flags & 0x0080 != 0
    ad = flags & 0x0020 != 0
    cd = flags & 0x0010 != 0
    for _ in 0..<qdcount {
      guard let name = reader.name(), let type = reader.short(), let `class` = reader.short() else {
        return nil
      }
      qd.append(
        Question(name, DNSNames.types.name(type), DNSNames.classes.name(`class`)))
    }
    guard let an = reader.records(ancount), let ns = reader.records(nscount),
      let ar = reader.records(arcount)
    else { return nil }
    (self.an, self.ns, self.ar) = (an, ns, ar)
  }

  /// The bytes of the message, of which the records are left out, as with Perl's `dns_pack`; nil if a
  /// name is too long, or a word is none that DNS knows.
  public func packed(usesEDNS: Bool = false) -> [UInt8]? {
    guard let operation = DNSNames.operations.number(op), operation < 16,
      let code = DNSNames.codes.number(rc), code < 16, let count = UInt16(exactly: qd.count)
    else { return nil }
    var flags = operation << 11 | code
    for (isSet, bit) in [
      (qr, 0x8000), (aa, 0x0400), (tc, 0x0200), (rd, 0x0100), (ra, 0x0080), (ad, 0x0020),
      (cd, 0x0010),
    ] as [(Bool, UInt16)] where isSet { flags |= bit }
    var bytes: [UInt8] = []
    func put(_ number: UInt16) { bytes += [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] }
    for number in [id ?? UInt16.random(in: 0...UInt16.max), flags, count, 0, 0, usesEDNS ? 1 : 0] {
      put(number)
    }
    for question in qd {
      guard let name = Self.packed(question.name), let type = DNSNames.types.number(question.type),
        let `class` = DNSNames.classes.number(question.class)
      else { return nil }
      bytes += name
      put(type)
      put(`class`)
    }
    // The record without a name by which a client says that it takes 4 KiB by UDP (RFC 6891)
    if usesEDNS { bytes += [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0] }
    return bytes
  }

  private static func packed(_ name: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    for (index, label) in labels.enumerated() {
      // Only a dot at the end, or the root alone, has nothing beside it.
      if label.isEmpty {
        guard index == labels.count - 1 || name == "." else { return nil }
        continue
      }
      guard label.count < 64 else { return nil }
      bytes.append(UInt8(label.count))
      bytes += label
    }
    bytes.append(0)
    return bytes.count <= 255 ? bytes : nil
  }
}
