@_exported public import AnyEventMP
@_exported public import Distributed
