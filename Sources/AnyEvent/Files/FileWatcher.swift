internal import AEValue
internal import CLibUV
internal import Glibc

/// Something that has happened to a watched file, or in a watched directory.
public struct FileEvent: Hashable, Sendable {
  /// What has happened.
  public enum Kind: Hashable, Sendable {
    /// A name has come, has gone or leads to another file.
    case renamed
    /// The content, the permissions or the times have changed.
    case changed
  }

  /// What has happened.
  public let kind: Kind
  /// The name in the directory, or that of the watched file itself; nil if the system does not say.
  public let name: String?
}

/// Watches a file or directory until it is cancelled or its last reference goes.
public final class FileWatcher {
  private let loop: Loop
  /// The watched path.
  public let path: String
  private var handle: UnsafeMutablePointer<uv_fs_event_t>?
  private var callback: ((FileEvent) -> Void)?

  init(
    on loop: Loop, _ path: String, _ callback: @escaping (FileEvent) -> Void
  ) throws(SystemError) {
    self.loop = loop
    self.path = path
    guard loop.state == .open else { return }
    let attempt = "cannot watch \(path)"
    // C would take only the text before a zero byte.
    guard !path.utf8.contains(0) else { throw SystemError(ENOENT, attempt) }
    let pointer = UnsafeMutablePointer<uv_fs_event_t>.allocate(capacity: 1)
    let problem = uv_fs_event_init(loop.uv, pointer)
    guard problem == 0 else {
      pointer.deallocate()
      throw SystemError(-problem, attempt)
    }
    loop.ledger.opened()
    pointer.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    let status = uv_fs_event_start(
      pointer,
      { handle, name, events, status in
        guard let handle, let data = handle.pointee.data else { return }
        // Kept, because the callback may drop the last reference.
        let watcher = Unmanaged<FileWatcher>.fromOpaque(data).takeUnretainedValue()
        watcher.happened(name, events, status)
      }, path, 0)
    guard status == 0 else {
      loop.ledger.close(pointer)
      throw SystemError(-status, attempt)
    }
    handle = pointer
    self.callback = callback
    loop.setReference(pointer)
    loop.fileWatchers.watchers.add(self)
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { callback != nil }

  /// Stops watching; may be called more than once and in its own callback.
  public func cancel() {
    guard let handle else { return }
    loop.preconditionOnLoop()
    // Released at the end: the deinitializer of an object that it held may cancel again.
    let held = callback
    self.handle = nil
    callback = nil
    loop.fileWatchers.watchers.remove(self)
    loop.ledger.close(handle)
    withExtendedLifetime(held) {}
  }

  fileprivate func updateReference() {
    if let handle { loop.setReference(handle) }
  }

  private func happened(_ name: UnsafePointer<CChar>?, _ events: CInt, _ status: CInt) {
    guard status == 0 else { return }
    let isRenamed = events & CInt(UV_RENAME.rawValue) != 0
    let event = FileEvent(
      kind: isRenamed ? .renamed : .changed, name: name.map { String(cString: $0) })
    loop.entered {
      loop.wasBusy = true
      callback?(event)
    }
  }

  deinit { cancel() }
}

/// The file watchers of a loop.
final class FileWatchers: LoopResident {
  fileprivate let watchers = WatcherList<FileWatcher>()

  func loopCloses() { watchers.walk { $0.cancel() } }

  func loopReferencesChanged() { watchers.walk { $0.updateReference() } }
}

extension Loop {
  fileprivate var fileWatchers: FileWatchers {
    if let known = self[only: FileWatchers.self] { return known }
    let made = FileWatchers()
    self[only: FileWatchers.self] = made
    return made
  }

  /// Calls `callback` whenever the file at the path, or something in the directory at it, changes.
  ///
  /// Directories in the directory are not watched, and several changes may come as one event. Throws when
  /// there is no such file, and with `EMFILE` or `ENOSPC` when the system watches too many already.
  public func watchFiles(
    at path: String, _ callback: @escaping (FileEvent) -> Void
  ) throws(SystemError) -> FileWatcher {
    preconditionOnLoop()
    return try FileWatcher(on: self, path, callback)
  }
}
