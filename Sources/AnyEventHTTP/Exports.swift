@_exported public import AnyEvent
