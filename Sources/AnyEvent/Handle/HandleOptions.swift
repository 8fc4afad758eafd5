/// What a ``Handle`` was told when it was made, or later, besides its descriptor or address.
struct HandleOptions {
  var on_prepare: ((_ handle: Handle) -> Double)? = nil
  var on_connect:
    ((_ handle: Handle, _ host: String, _ port: Int, _ retry: @escaping () -> Void) -> Void)? = nil
  var on_connect_error: ((_ handle: Handle, _ message: String) -> Void)? = nil
  var on_error: ((_ handle: Handle, _ fatal: Bool, _ message: String) -> Void)? = nil
  var on_read: ((_ handle: Handle) -> Void)? = nil
  var on_eof: ((_ handle: Handle) -> Void)? = nil
  var on_drain: ((_ handle: Handle) -> Void)? = nil
  var timeout: Double = 0
  var rtimeout: Double = 0
  var wtimeout: Double = 0
  var on_timeout: ((_ handle: Handle) -> Void)? = nil
  var on_rtimeout: ((_ handle: Handle) -> Void)? = nil
  var on_wtimeout: ((_ handle: Handle) -> Void)? = nil
  var rbuf_max: Int? = nil
  var wbuf_max: Int? = nil
  var autocork: Bool = false
  var no_delay: Bool? = nil
  var keepalive: Bool? = nil
  var low_water_mark: Int = 0
  var linger: Double = 3600
  var peername: String? = nil
  var tls: TLSRole? = nil
  var tls_ctx: TLSContext? = nil
  var on_starttls: ((_ handle: Handle, _ success: Bool, _ message: String?) -> Void)? = nil
  var on_stoptls: ((_ handle: Handle) -> Void)? = nil
}
