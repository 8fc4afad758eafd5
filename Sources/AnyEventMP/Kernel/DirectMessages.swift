import Glibc

/// The short ways of messages, without a value for each argument.
///
/// Other messages go the general way; a program notices only the speed.
enum DirectMessages {
  /// More values than a packet has that goes a short way: name, tag and arguments.
  static var mostValues: Int { 32 }

  /// Whether they are taken at all: `AE_MP_DIRECT=0` in the environment, with which the tests are run once, turns them
  /// off.
  static let areWanted: Bool = {
    guard let setting = getenv("AE_MP_DIRECT") else { return true }
    return setting.pointee != UInt8(ascii: "0")
  }()
}
