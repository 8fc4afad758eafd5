internal import Glibc

// AnyEvent::IO's functions, on the current loop. Each is done by a thread of libuv's pool, and each callback is
// called once, on the loop. A callback that Perl calls without arguments gets nil or false here, and `errno` is set:
// `SystemError.last` is Perl's `$!`. `Files` has the same functions with errors as values.

/// The result for a callback in Perl's manner, `errno` set if there is none.
private func value<Value>(_ result: Result<Value, SystemError>) -> Value? {
  switch result {
  case .success(let value): return value
  case .failure(let error):
    errno = error.code
    return nil
  }
}

/// Reads a whole file: Perl's `aio_load $path, $cb->($data)`.
public func aio_load(_ path: String, _ cb: @escaping (_ data: [UInt8]?) -> Void) {
  Loop.current.files.load(path) { cb(value($0)) }
}

/// Opens a file with flags such as `O_RDONLY`: Perl's `aio_open $path, $flags, $mode, $cb->($fh)`.
public func aio_open(
  _ path: String, _ flags: CInt, _ mode: Int, _ cb: @escaping (_ fh: CInt?) -> Void
) {
  Loop.current.files.open(path, flags, mode) { cb(value($0)) }
}

/// Closes a descriptor: Perl's `aio_close $fh, $cb->($success)`.
public func aio_close(_ fh: CInt, _ cb: @escaping (_ success: Bool) -> Void) {
  Loop.current.files.close(fh) { cb(value($0) != nil) }
}

/// Reads bytes at the present position, none at the end: Perl's `aio_read $fh, $length, $cb->($data)`.
public func aio_read(_ fh: CInt, _ length: Int, _ cb: @escaping (_ data: [UInt8]?) -> Void) {
  Loop.current.files.read(fh, length) { cb(value($0)) }
}

/// Moves the position and gives the new one: Perl's `aio_seek $fh, $offset, $whence, $cb->($offs)`.
public func aio_seek(
  _ fh: CInt, _ offset: Int, _ whence: CInt, _ cb: @escaping (_ offs: Int?) -> Void
) {
  Loop.current.files.seek(fh, offset, whence) { cb(value($0)) }
}

/// Writes bytes at the present position: Perl's `aio_write $fh, $data, $cb->($length)`.
public func aio_write(_ fh: CInt, _ data: [UInt8], _ cb: @escaping (_ length: Int?) -> Void) {
  Loop.current.files.write(fh, data) { cb(value($0)) }
}

/// Writes a text at the present position.
public func aio_write(_ fh: CInt, _ data: String, _ cb: @escaping (_ length: Int?) -> Void) {
  aio_write(fh, Array(data.utf8), cb)
}

/// Makes a file so many bytes long: Perl's `aio_truncate $fh_or_path, $new_length, $cb->($success)`.
public func aio_truncate(
  _ fh_or_path: any FileOrPath, _ new_length: Int, _ cb: @escaping (_ success: Bool) -> Void
) {
  Loop.current.files.truncate(fh_or_path, to: new_length) { cb(value($0) != nil) }
}

/// Sets the times of a file, nil for now: Perl's `aio_utime $fh_or_path, $atime, $mtime, $cb->($success)`.
public func aio_utime(
  _ fh_or_path: any FileOrPath, _ atime: Double?, _ mtime: Double?,
  _ cb: @escaping (_ success: Bool) -> Void
) {
  Loop.current.files.setTimes(fh_or_path, atime, mtime) { cb(value($0) != nil) }
}

/// Sets owner and group, nil for the present one: Perl's `aio_chown $fh_or_path, $uid, $gid, $cb->($success)`.
public func aio_chown(
  _ fh_or_path: any FileOrPath, _ uid: Int?, _ gid: Int?, _ cb: @escaping (_ success: Bool) -> Void
) {
  Loop.current.files.setOwner(fh_or_path, uid, gid) { cb(value($0) != nil) }
}

/// Sets the permissions: Perl's `aio_chmod $fh_or_path, $perms, $cb->($success)`.
public func aio_chmod(
  _ fh_or_path: any FileOrPath, _ perms: Int, _ cb: @escaping (_ success: Bool) -> Void
) {
  Loop.current.files.setPermissions(fh_or_path, perms) { cb(value($0) != nil) }
}

/// Gives the status that Perl has in `_` afterwards: Perl's `aio_stat $fh_or_path, $cb->($success)`.
public func aio_stat(_ fh_or_path: any FileOrPath, _ cb: @escaping (_ status: FileStatus?) -> Void)
{
  Loop.current.files.status(of: fh_or_path) { cb(value($0)) }
}

/// Gives the status of a symbolic link itself: Perl's `aio_lstat $path, $cb->($success)`.
public func aio_lstat(_ path: String, _ cb: @escaping (_ status: FileStatus?) -> Void) {
  Loop.current.files.status(of: path, followsLinks: false) { cb(value($0)) }
}

/// Gives a file a second name: Perl's `aio_link $oldpath, $newpath, $cb->($success)`.
public func aio_link(
  _ oldpath: String, _ newpath: String, _ cb: @escaping (_ success: Bool) -> Void
) {
  Loop.current.files.link(oldpath, newpath) { cb(value($0) != nil) }
}

/// Makes a symbolic link: Perl's `aio_symlink $oldpath, $newpath, $cb->($success)`.
public func aio_symlink(
  _ oldpath: String, _ newpath: String, _ cb: @escaping (_ success: Bool) -> Void
) {
  Loop.current.files.symlink(oldpath, newpath) { cb(value($0) != nil) }
}

/// Reads a symbolic link: Perl's `aio_readlink $path, $cb->($target)`.
public func aio_readlink(_ path: String, _ cb: @escaping (_ target: String?) -> Void) {
  Loop.current.files.readLink(path) { cb(value($0)) }
}

/// Gives a file another name: Perl's `aio_rename $oldpath, $newpath, $cb->($success)`.
public func aio_rename(
  _ oldpath: String, _ newpath: String, _ cb: @escaping (_ success: Bool) -> Void
) {
  Loop.current.files.rename(oldpath, newpath) { cb(value($0) != nil) }
}

/// Removes a file: Perl's `aio_unlink $path, $cb->($success)`.
public func aio_unlink(_ path: String, _ cb: @escaping (_ success: Bool) -> Void) {
  Loop.current.files.unlink(path) { cb(value($0) != nil) }
}

/// Makes a directory: Perl's `aio_mkdir $path, $perms, $cb->($success)`.
public func aio_mkdir(_ path: String, _ perms: Int, _ cb: @escaping (_ success: Bool) -> Void) {
  Loop.current.files.makeDirectory(path, perms) { cb(value($0) != nil) }
}

/// Removes an empty directory: Perl's `aio_rmdir $path, $cb->($success)`.
public func aio_rmdir(_ path: String, _ cb: @escaping (_ success: Bool) -> Void) {
  Loop.current.files.removeDirectory(path) { cb(value($0) != nil) }
}

/// The names in a directory without `.` and `..`: Perl's `aio_readdir $path, $cb->(\@names)`.
public func aio_readdir(_ path: String, _ cb: @escaping (_ names: [String]?) -> Void) {
  Loop.current.files.names(in: path) { cb(value($0)) }
}

extension AE {
  /// Calls `cb` whenever the file at the path, or something in the directory at it, changes.
  ///
  /// It ends when the returned watcher goes. In the manner of AnyEvent::Filesys::Notify.
  ///
  /// - Throws: ``SystemError``; see `Loop.watchFiles`.
  public static func watch(
    _ path: String, _ cb: @escaping (_ event: FileEvent) -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) throws(SystemError) -> FileWatcher {
    try Loop.current.watchFiles(at: path, cb, file: file, line: line)
  }

  /// Calls `cb` with the watcher and the event whenever the file or directory changes.
  ///
  /// - Throws: ``SystemError``, as the form without the watcher does.
  public static func watch(
    _ path: String, _ cb: @escaping (_ watcher: FileWatcher, _ event: FileEvent) -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) throws(SystemError) -> FileWatcher {
    try Loop.current.watchFiles(at: path, cb, file: file, line: line)
  }
}
