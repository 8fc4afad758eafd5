@_exported public import AnyEventMP
