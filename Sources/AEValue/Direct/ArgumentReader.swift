/// Reads the arguments of one packet out of the received bytes, without a ``Value`` in between.
///
/// Each method returns nil for an argument that is not of the plain form: then the packet is read again the general
/// way, so that both accept and refuse the same.
///
/// It is fast because words are read without a look at the end. For that `PacketBytes.slack` bytes behind the end
/// must be readable: each read begins before the end, and reads less than 32 bytes, or checks its count, so nothing
/// beyond the slack is touched. A read may still have gone beyond the end and found what lies there by chance:
/// ``isWhole()`` tells, and is asked after the last argument, before the receiver gets to see any.
public protocol ArgumentReader {
  /// Whether so many arguments may come; a reader that does not know their number says yes.
  func mayHave(_ count: Int) -> Bool
  /// Reads an integer.
  mutating func int() -> Int?
  /// Reads a float.
  mutating func double() -> Double?
  /// Reads a boolean.
  mutating func bool() -> Bool?
  /// Reads text.
  mutating func text() -> String?
  /// Reads text without making a string.
  mutating func borrowedText() -> BorrowedText?
  /// Reads the end of the packet, and says whether all that was read lies before the end of the bytes.
  mutating func isWhole() -> Bool
}
