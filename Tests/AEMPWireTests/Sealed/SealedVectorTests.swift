import Testing

@testable import AEMPWire

/// Conversations that another implementation has computed, from both ends.
struct SealedVectorTests {
  /// Lengths of segments; the longest takes all of the small conversations in one buffer.
  private static let cuts = [1, 1000, 65_000]

  @Test("what is made of the secrets is what Python makes of them", arguments: SealedVector.all)
  func secrets(vector: SealedVector) throws {
    let secret = try #require(try Secret(bytes: bytes(hex: vector.secret)))
    let method = try #require(vector.sealedMethod)
    let key = secret.withSealingKey(for: method) {
      Array(UnsafeBufferPointer(start: $0, count: 32))
    }
    #expect(key == bytes(hex: vector.sealingKey))
    for (side, _, _) in vector.ends {
      for (hex, id) in zip(side.secrets, side.kids) {
        let secret = try #require(try Secret(bytes: bytes(hex: hex)))
        #expect(secret.keyID(for: Array(side.nonce.utf8)) == id)
      }
    }
  }

  @Test("the key exchange gives what OpenSSL gives", arguments: SealedVector.all)
  func exchange(vector: SealedVector) throws {
    for (own, _, other) in vector.ends {
      let exchange = try #require(KeyExchange(replaying: bytes(hex: own.secretKey)))
      #expect(exchange.publicKey == bytes(hex: own.publicKey))
      let shared = try exchange.agree(with: bytes(hex: other.publicKey))
      #expect(Array(shared.bytes) == bytes(hex: vector.shared))
    }
  }

  @Test("our greeting says what Python's says", arguments: SealedVector.all)
  func greeting(vector: SealedVector) throws {
    for (own, _, _) in vector.ends {
      let greeting = try own.configuration.greeting(
        peerAddress: "", nonce: Nonce(replaying: own.nonce),
        keyExchange: KeyExchange(replaying: bytes(hex: own.secretKey)))
      let expected = try Greeting(line: own.line)
      #expect(greeting[key: "x-kx"] == expected[key: "x-kx"])
      #expect(greeting[key: "x-kid"] == expected[key: "x-kid"])
      // Ours lists them in the order of preference, and TLS only with a certificate.
      let names = SealedMethod.allCases.map(\.authMethod.rawValue).filter(own.methods.contains)
      #expect(greeting.authMethods.map(\.rawValue) == names + ["hmac_sha3_512"])
    }
  }

  @Test(
    "both ends send and understand what Python computes, in every segmentation",
    arguments: SealedVector.all, cuts)
  func conversation(vector: SealedVector, cut: Int) throws {
    for (own, role, other) in vector.ends {
      let owner = Owner(try own.machine(as: role))
      owner.start()
      for segment in segments(of: cut)(other.stream) { owner.feed(segment) }
      #expect(owner.refusal == nil)
      let sent = owner.sent
      #expect(sent == own.greeting + Array("\(own.authLine)\n".utf8))
      let connection = try #require(owner.connection)
      #expect(connection.authMethod.rawValue == vector.method)
      #expect(connection.sentAuthMethod == connection.authMethod)
      let keys = try #require(connection.keys)
      #expect(Array(keys.send.bytes) == bytes(hex: own.sends))
      #expect(Array(keys.receive.bytes) == bytes(hex: other.sends))
      #expect(connection.rest == other.sealed)

      let opened = Opened(RecordOpener(keys), segments(of: cut)(connection.rest))
      #expect(opened.error == nil)
      #expect(opened.contents == Array(other.contents.dropLast()))
      #expect(opened.hasEnded)
    }
  }

  @Test("our records are byte by byte those of Python", arguments: SealedVector.all)
  func records(vector: SealedVector) throws {
    for (own, role, other) in vector.ends {
      let owner = Owner(try own.machine(as: role))
      owner.start()
      owner.feed(other.greeting + Array("\(other.authLine)\n".utf8))
      let sealer = RecordSealer(try #require(owner.connection?.keys))
      for (content, record) in zip(own.contents, own.records) {
        let isLast = record.size == 0
        let sealed = sealer.sealed(content, isLast: isLast)
        #expect(sealed == Array(record.record), "\(record.size) bytes")
      }
      let nothing = sealer.sealed([1], isLast: true)
      #expect(nothing == [], "nothing follows the end")
    }
  }
}
