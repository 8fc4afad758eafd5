internal import AEValue
internal import CLibUV
internal import Glibc

/// Something that has happened to a watched file, or in a watched directory.
public struct FileEvent: Hashable, Sendable {
  /// The kinds of change.
  public enum Kind: Hashable, Sendable {
    /// A name has come, has gone or leads to another file.
    case renamed
    /// The content, the permissions or the times have changed.
    case changed
  }

  /// The kind of change.
  public let kind: Kind
  /// The name in the directory, or that of the watched file itself; nil if the system does not say.
  public let name: String?
}

/// Watches a file or directory until it is cancelled or its last reference goes.
///
/// To be used on the loop's thread; the last reference may be dropped on any. Corresponds to the watcher that
/// Perl's AnyEvent::Filesys::Notify makes, and to `uv_fs_event_t`.
public final class FileWatcher: @unchecked Sendable {
  private let registration: Registration
  /// The watched path.
  public let path: String

  init(
    on loop: Loop, _ path: String, _ callback: @escaping (FileEvent) -> Void
  ) throws(SystemError) {
    self.path = path
    let file = loop.state == .open ? try WatchedFile(on: loop, path) : nil
    registration = Registration(on: loop) { number in
      // The loop takes watchers, so there is a file.
      guard let file else { return loop.watchedFiles }
      loop.watchedFiles.add(file, callback, number)
      return loop.watchedFiles
    }
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { registration.isActive }

  /// Stops watching; may be called more than once and in its own callback.
  public func cancel() { registration.cancel() }

  deinit { registration.watcherGoes() }
}

extension FileWatcher: ListedWatcher {}

extension Loop {
  /// Calls `callback` whenever the file at the path, or something in the directory at it, changes.
  ///
  /// Directories in the directory are not watched, and several changes may come as one event.
  ///
  /// - Throws: ``SystemError`` when there is no such file, and with `EMFILE` or `ENOSPC` when the system
  ///   watches too many already.
  public func watchFiles(
    at path: String, _ callback: @escaping (FileEvent) -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) throws(SystemError) -> FileWatcher {
    preconditionOnLoop(file: file, line: line)
    return listed(try FileWatcher(on: self, path, callback), "file \(path)", file, line)
  }

  /// Calls `callback` with the watcher and the event whenever the file or directory changes.
  ///
  /// - Throws: ``SystemError``, as the form without the watcher does.
  public func watchFiles(
    at path: String, _ callback: @escaping (_ watcher: FileWatcher, _ event: FileEvent) -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) throws(SystemError) -> FileWatcher {
    let own = SelfReference<FileWatcher>()
    let watcher = try watchFiles(
      at: path, { event in own.pass { callback($0, event) } }, file: file, line: line)
    own.watcher = watcher
    return watcher
  }
}

/// The `uv_fs_event_t` of one watcher.
private final class WatchedFile {
  private let loop: Loop
  private let path: String
  private let handle: UnsafeMutablePointer<uv_fs_event_t>
  private(set) var callback: ((FileEvent) -> Void)?

  init(on loop: Loop, _ path: String) throws(SystemError) {
    self.loop = loop
    self.path = path
    let attempt = "cannot watch \(path)"
    // C would take only the text before a zero byte.
    guard !path.utf8.contains(0) else { throw SystemError(ENOENT, attempt) }
    handle = UnsafeMutablePointer<uv_fs_event_t>.allocate(capacity: 1)
    let problem = uv_fs_event_init(loop.uv, handle)
    guard problem == 0 else {
      handle.deallocate()
      throw SystemError(-problem, attempt)
    }
    loop.ledger.opened()
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    let status = start()
    guard status == 0 else {
      loop.ledger.close(handle)
      throw SystemError(-status, attempt)
    }
    loop.setReference(handle)
  }

  private func start() -> CInt {
    uv_fs_event_start(
      handle,
      { handle, name, events, status in
        guard let handle, let data = handle.pointee.data else { return }
        // Kept, because the callback may cancel.
        let file = Unmanaged<WatchedFile>.fromOpaque(data).takeUnretainedValue()
        file.happened(name, events, status)
      }, path, 0)
  }

  /// Watches again in the child of a fork if libuv has not come to it; a file that is gone tells nothing any more.
  func restart() {
    if uv_is_active(base(handle)) == 0 { _ = start() }
  }

  func begin(_ callback: @escaping (FileEvent) -> Void) { self.callback = callback }

  /// Stops watching, and gives back the callback, which the caller releases when everything is in order.
  func end() -> ((FileEvent) -> Void)? {
    let held = callback
    callback = nil
    if loop.state == .abandoned {
      // The kernel's list of watched files is the parent's.
      handle.pointee.data = nil
    } else {
      loop.ledger.close(handle)
    }
    return held
  }

  func updateReference() { loop.setReference(handle) }

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
}

/// The watched files of a loop, by the numbers of their watchers.
private final class WatchedFiles: CallbackSource, LoopResident {
  private var files: [UInt64: WatchedFile] = [:]

  func add(_ file: WatchedFile, _ callback: @escaping (FileEvent) -> Void, _ number: UInt64) {
    file.begin(callback)
    files[number] = file
  }

  func contains(_ number: UInt64) -> Bool { files[number] != nil }

  func cancel(_ number: UInt64) {
    guard let file = files.removeValue(forKey: number) else { return }
    // Released at the end: the deinitializer of an object that it held may cancel again.
    let held = file.end()
    withExtendedLifetime(held) {}
  }

  func loopCloses() {
    while let number = files.keys.first { cancel(number) }
  }

  func loopForked() { for file in files.values { file.restart() } }

  func loopReferencesChanged() { for file in files.values { file.updateReference() } }
}

extension Loop {
  fileprivate var watchedFiles: WatchedFiles {
    if let known = self[only: WatchedFiles.self] { return known }
    let made = WatchedFiles()
    self[only: WatchedFiles.self] = made
    return made
  }
}
