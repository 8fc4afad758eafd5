@_exported public import AEValue
