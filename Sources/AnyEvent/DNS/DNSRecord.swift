internal import Glibc

/// A record of the domain name system.
///
/// Corresponds to the lists `[$name, $type, $class, $ttl, @data]` of Perl's `AnyEvent::DNS`, and can be
/// read in their way: `record[4]` is the first piece of data.
public struct DNSRecord: Hashable, Sendable {
  /// The name that has the record, without a dot at its end.
  public var name: String
  /// The type in small letters, such as `"a"` or `"mx"`; a number in digits if it has no name.
  public var type: String
  /// The class, nearly always `"in"`.
  public var `class`: String
  /// How long the record may be kept, in seconds.
  public var ttl: Int
  /// The content of the record, by its type.
  ///
  /// `a` and `aaaa`: the address in text form. `ns`, `cname`, `ptr`, `dname`: a name. `mx`: the
  /// preference and a name. `txt` and `spf`: all strings. `srv`: priority, weight, port and a name.
  /// `soa`: two names and five numbers. `naptr`: two numbers, three strings and a name. `hinfo`: two
  /// strings. `minfo`, `rp`: two names. `afsdb`, `rt`, `kx`: a number and a name. `caa`: a number and
  /// two strings. All others: the bytes.
  public var data: [Value]

  /// A record of these parts.
  public init(name: String, type: String, class: String = "in", ttl: Int, data: [Value]) {
    self.name = name
    self.type = type
    self.class = `class`
    self.ttl = ttl
    self.data = data
  }

  /// The element of Perl's list: name, type, class, ttl, then the data; `null` beyond its end.
  public subscript(index: Int) -> Value {
    switch index {
    case 0: .string(name)
    case 1: .string(type)
    case 2: .string(`class`)
    case 3: .int(ttl)
    default: index >= 4 && index - 4 < data.count ? data[index - 4] : .null
    }
  }

  /// The only piece of data, or the last, as text.
  var target: String { data.last?.string ?? "" }
}

extension DNSRecord: CustomStringConvertible {
  /// The record as a line of a zone file has it.
  public var description: String {
    ([name, String(ttl), `class`, type] + data.map { $0.string ?? "\($0)" })
      .joined(separator: " ")
  }
}

/// A service that a domain offers, as an `srv` record says it.
///
/// Corresponds to Perl's `[$priority, $weight, $transport, $target]`.
public struct DNSService: Hashable, Sendable {
  /// Services of lower numbers are tried first.
  public var priority: Int
  /// The share of the clients among services of one priority.
  public var weight: Int
  /// The port.
  public var port: Int
  /// The host's name.
  public var target: String

  /// A service of these parts.
  public init(priority: Int, weight: Int, port: Int, target: String) {
    self.priority = priority
    self.weight = weight
    self.port = port
    self.target = target
  }

  init?(_ record: DNSRecord) {
    guard record.type == "srv", record.data.count == 4, let priority = record.data[0].int,
      let weight = record.data[1].int, let port = record.data[2].int
    else { return nil }
    self.init(priority: priority, weight: weight, port: port, target: record.target)
  }

  /// The services in the order in which they should be tried: by priority, then by lot, in which those
  /// of more weight come first more often (RFC 2782).
  static func ordered(
    _ services: [DNSService], using generator: inout some RandomNumberGenerator
  ) -> [DNSService] {
    // A lot for each, with which the first of all is one of weight w as often as w is of the sum.
    let lots = services.map { service in
      let uniform = Double.random(in: Double.leastNonzeroMagnitude..<1, using: &generator)
      // One without a weight has a small chance.
      return -log(uniform) / max(Double(service.weight), 0.01)
    }
    return services.indices.sorted {
      (services[$0].priority, lots[$0]) < (services[$1].priority, lots[$1])
    }.map { services[$0] }
  }
}
