internal import AnyEventMP
public import CAEMP

// Each of these calls acts from the loop, in the order of the calls: a change may be told at once to a monitor of
// this node, whose callback must not run inside the call.

/// See `aemp.h`.
@c @implementation public func aemp_db_set(
  _ node: OpaquePointer?, _ family: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?,
  _ value: UnsafePointer<aemp_arg>?
) -> CInt {
  withNode(node) { box in
    guard let family else { return failNull("the family", "aemp_db_set") }
    guard let key else { return failNull("the key", "aemp_db_set") }
    let (name, keyText) = (String(cString: family), String(cString: key))
    return withValue(value, "aemp_db_set") { value in
      box.node.later { [unowned(unsafe) box] in box.node.database[name].set(keyText, to: value) }
      return 0
    }
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_db_del(
  _ node: OpaquePointer?, _ family: UnsafePointer<CChar>?,
  _ keys: UnsafePointer<UnsafePointer<CChar>?>?
) -> CInt {
  withNode(node) { box in
    guard let family else { return failNull("the family", "aemp_db_del") }
    guard let keys = texts(keys) else { return failNull("the list of keys", "aemp_db_del") }
    let name = String(cString: family)
    box.node.later { [unowned(unsafe) box] in box.node.database[name].remove(keys) }
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_db_reg(
  _ node: OpaquePointer?, _ family: UnsafePointer<CChar>?, _ port: OpaquePointer?,
  _ value: UnsafePointer<aemp_arg>?, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  return withPort(node, port) { box, id in
    guard let family else { return failNull("the family", "aemp_db_reg") }
    let name = String(cString: family)
    return withValue(value, "aemp_db_reg") { value in
      let watch = WatchBox(box)
      box.node.later { [unowned(unsafe) box] in
        watch.begin { box.node.database[name].register(id, value) }
      }
      watch.give(to: out)
      return 0
    }
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_db_get(
  _ node: OpaquePointer?, _ family: UnsafePointer<CChar>?, _ cb: aemp_value_cb?,
  _ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?
) -> CInt {
  let data = UserData(ud, free, node)
  return withNode(node) { box in
    guard let family else { return failNull("the family", "aemp_db_get") }
    guard let cb else { return failNull("the callback", "aemp_db_get") }
    let name = String(cString: family)
    box.node.later { [unowned(unsafe) box] in
      box.node.database[name].contents { contents in
        try box.calling {
          withBorrowed(.hash(contents)) { cb(box.handle, $0, data.ud) }
        }
      }
    }
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_db_mon(
  _ node: OpaquePointer?, _ family: UnsafePointer<CChar>?, _ cb: aemp_family_cb?,
  _ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  out?.pointee = nil
  let data = UserData(ud, free, node)
  return withNode(node) { box in
    guard let family else { return failNull("the family", "aemp_db_mon") }
    guard let cb else { return failNull("the callback", "aemp_db_mon") }
    let name = String(cString: family)
    let watch = WatchBox(box)
    box.node.later { [unowned(unsafe) box] in
      watch.begin {
        box.node.database[name].monitor { contents, added, changed, deleted in
          try box.calling {
            withBorrowed(.hash(contents)) { contents in
              withView(added.map { .string($0) }) { added in
                withView(changed.map { .string($0) }) { changed in
                  withView(deleted.map { .string($0) }) { deleted in
                    cb(box.handle, contents, added, changed, deleted, data.ud)
                  }
                }
              }
            }
          }
        }
      }
    }
    watch.give(to: out)
    return 0
  }
}
