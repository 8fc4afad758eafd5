/// The shells that there are completions for.
enum CompletionShell: String, CaseIterable {
  case bash, zsh, fish
}
