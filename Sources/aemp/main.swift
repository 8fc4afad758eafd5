import AnyEventMP
