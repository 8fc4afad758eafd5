import Glibc

/// What OpenSSL reaches on a blocking socket, without a loop, messages or nodes.
enum BareTLS {
  /// Reads `count` times so many bytes.
  static func receive(_ port: Int, _ count: Int, size: Int) {
    let socket = SecureSocket(listeningOn: port)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
    defer { buffer.deallocate() }
    var left = count * size
    let watch = Stopwatch()
    while left > 0 {
      let read = socket.read(into: buffer)
      guard read > 0 else { fail("the other end closed") }
      left -= read
    }
    let seconds = watch.seconds
    var report = Report(role: "recv")
    report.add("n", count)
    report.add("rate", Double(count) / seconds)
    report.add("mbs", Double(count) * Double(size) / seconds / 1e6)
    report.add(watch, seconds: seconds)
    report.print()
  }

  /// Writes `count` times so many bytes.
  static func send(_ port: Int, _ count: Int, size: Int) {
    let socket = SecureSocket(connectingTo: port)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { buffer.deallocate() }
    buffer.initializeMemory(as: UInt8.self, repeating: 0x78)
    let watch = Stopwatch()
    for _ in 0..<count { socket.write(buffer) }
    var report = Report(role: "send")
    report.add("n", count)
    report.add(watch)
    report.print()
    // The other end has read all when it closes.
    _ = socket.read(into: buffer)
  }

  /// Sends back what comes.
  static func echo(_ port: Int) {
    let socket = SecureSocket(listeningOn: port)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
    defer { buffer.deallocate() }
    let watch = Stopwatch()
    while case let count = socket.read(into: buffer), count > 0 {
      socket.write(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    }
    var report = Report(role: "echo")
    report.add(watch)
    report.print()
  }

  /// Sends 32 bytes there and waits until they are back, over and over.
  static func ping(_ port: Int, _ count: Int) {
    let socket = SecureSocket(connectingTo: port)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32, alignment: 64)
    defer { buffer.deallocate() }
    buffer.initializeMemory(as: UInt8.self, repeating: 0x78)
    var latencies = Latencies(capacity: count)
    let watch = Stopwatch()
    for _ in 0..<count {
      let sentAt = Stopwatch.now
      socket.write(buffer)
      guard socket.read(into: buffer) == buffer.count else { fail("the other end closed") }
      latencies.add(Stopwatch.now - sentAt)
    }
    let seconds = watch.seconds
    var report = Report(role: "client")
    latencies.add(to: &report)
    report.add("rate", Double(count) / seconds)
    report.add(watch, seconds: seconds)
    report.print()
  }
}
