internal import CLibUV
internal import Glibc

/// The system's facts about a file: Perl's list of `stat`, by names.
public struct FileStatus: Hashable, Sendable {
  /// The device that has the file.
  public let dev: UInt64
  /// The number of the file on its device.
  public let ino: UInt64
  /// The type and the permissions.
  public let mode: UInt32
  /// How many names it has.
  public let nlink: Int
  /// The number of its owner.
  public let uid: UInt32
  /// The number of its group.
  public let gid: UInt32
  /// The device that it is, if it is one.
  public let rdev: UInt64
  /// The size in bytes: Perl's `-s _`.
  public let size: Int
  /// When it was last read, in seconds since 1970.
  public let atime: Double
  /// When its content was last changed, in seconds since 1970.
  public let mtime: Double
  /// When its status was last changed, in seconds since 1970.
  public let ctime: Double
  /// How many bytes should be read or written at once.
  public let blksize: Int
  /// How many blocks of 512 bytes it takes.
  public let blocks: Int

  init(_ status: stat) {
    dev = UInt64(status.st_dev)
    ino = UInt64(status.st_ino)
    mode = status.st_mode
    nlink = Int(status.st_nlink)
    uid = status.st_uid
    gid = status.st_gid
    rdev = UInt64(status.st_rdev)
    size = Int(status.st_size)
    atime = Self.seconds(status.st_atim)
    mtime = Self.seconds(status.st_mtim)
    ctime = Self.seconds(status.st_ctim)
    blksize = Int(status.st_blksize)
    blocks = Int(status.st_blocks)
  }

  private static func seconds(_ time: timespec) -> Double {
    Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The part of ``mode`` that is the type, S_IFMT; the system's constants are imported into several modules.
  private var type: UInt32 { mode & 0o170_000 }

  /// Whether it is a plain file: Perl's `-f _`.
  public var isFile: Bool { type == 0o100_000 }

  /// Whether it is a directory: Perl's `-d _`.
  public var isDirectory: Bool { type == 0o040_000 }

  /// Whether it is a symbolic link, which only the function for links says: Perl's `-l _`.
  public var isSymbolicLink: Bool { type == 0o120_000 }

  /// The permissions without the type.
  public var permissions: Int { Int(mode & 0o7777) }
}

/// A file by its path or by a descriptor of it: a `String` or a `CInt`.
public protocol FileOrPath {
  /// Which of both it is.
  var filePlace: FilePlace { get }
}

/// A path or a descriptor.
public enum FilePlace: Hashable, Sendable, CustomStringConvertible {
  /// The path of a file.
  case path(String)
  /// A descriptor of an open file.
  case descriptor(CInt)

  /// The path, or the number of the descriptor.
  public var description: String {
    switch self {
    case .path(let path): path
    case .descriptor(let descriptor): "descriptor \(descriptor)"
    }
  }
}

extension String: FileOrPath {
  /// The text as a path.
  public var filePlace: FilePlace { .path(self) }
}

extension CInt: FileOrPath {
  /// The number as a descriptor.
  public var filePlace: FilePlace { .descriptor(self) }
}
