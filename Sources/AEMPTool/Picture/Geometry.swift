/// A place in the picture: x to the right, y down, in pixels.
struct Point: Hashable {
  var x: Double
  var y: Double

  /// The place so far along the way to another one: 0 is here, 1 there.
  func toward(_ other: Point, _ part: Double) -> Point {
    Point(x: x + (other.x - x) * part, y: y + (other.y - y) * part)
  }

  /// The place moved to the right and down.
  func moved(_ x: Double, _ y: Double) -> Point { Point(x: self.x + x, y: self.y + y) }
}

/// An upright rectangle, known by its middle.
struct Rectangle: Hashable {
  var center: Point
  var width: Double
  var height: Double

  var left: Double { center.x - width / 2 }
  var right: Double { center.x + width / 2 }
  var top: Double { center.y - height / 2 }
  var bottom: Double { center.y + height / 2 }

  /// Whether the two, or the margins around them, overlap.
  func overlaps(_ other: Rectangle, margin: Double = 0) -> Bool {
    left < other.right + margin && other.left < right + margin && top < other.bottom + margin
      && other.top < bottom + margin
  }

  /// Where the way from the middle to a place leaves the rectangle.
  func edge(toward point: Point) -> Point {
    let (x, y) = (abs(point.x - center.x), abs(point.y - center.y))
    return center.toward(point, min(1, width / 2 / max(x, 1e-9), height / 2 / max(y, 1e-9)))
  }

  /// The rectangle around both.
  func union(_ other: Rectangle) -> Rectangle {
    let (left, right) = (min(left, other.left), max(right, other.right))
    let (top, bottom) = (min(top, other.top), max(bottom, other.bottom))
    return Rectangle(
      center: Point(x: (left + right) / 2, y: (top + bottom) / 2), width: right - left,
      height: bottom - top)
  }
}

/// The widths of text in the picture's font, whose characters are all equally wide.
enum Lettering {
  /// The font sizes of node ids, of the facts of a node, and of the labels of links.
  static let (name, fact, label) = (12.0, 10.0, 9.0)

  /// The width of a text in this size.
  static func width(_ text: String, _ size: Double) -> Double {
    Double(text.unicodeScalars.count) * size * 0.602
  }

  /// The text in at most so many characters, the middle left out.
  static func shortened(_ text: String, to count: Int) -> String {
    guard text.count > count else { return text }
    return "\(text.prefix(count / 2))…\(text.suffix(count - count / 2 - 1))"
  }
}
