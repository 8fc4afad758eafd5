/// The completion for zsh.
extension Completion {
  static var zsh: String {
    #"""
    #compdef aemp
    \#(title(.zsh))

    # Sets profiles to those of the configuration file, which is laid out as the
    # tool and Perl's do it.
    _aemp_profiles() {
      local file=${PERL_ANYEVENT_MP_RC-${AE_MP_RC-$HOME/.perl-anyevent-mp}}
      profiles=()
      [[ -r $file && -f $file ]] || return 0
      profiles=(${(f)"$(sed -n \#(profileSearch) $file 2>/dev/null)"})
    }

    # _aemp_value NAME: offers what may be a value of a setting or command.
    _aemp_value() {
      local -a profiles values
      case $1 in
        (\#(profiles.joined(separator: "|")))
          _aemp_profiles
          compadd -a profiles
          ;;
    \#(choiceLines)
      esac
    }

    _aemp() {
      local -a plain final commands settings options values profiles
      # Commands that take nothing.
      plain=(
    \#(lines(names(.nothing), indent: 4))
      )
      # Commands that take all that is behind them.
      final=(
    \#(lines(names(.rest), indent: 4))
      )
      commands=(
    \#(words(commands, indent: 4))
      )
      # What run and showconfig take in pairs with a value.
      settings=(
    \#(words(settings, indent: 4))
      )

      # Which command does the word belong to, and how many words came behind it?
      local command='' previous='' word
      integer used=0 index
      for ((index = 2; index < CURRENT; index++)); do
        word=${(Q)words[index]}
        if [[ -z $command ]]; then
          ((${plain[(Ie)$word]})) || command=$word
          used=0
        elif ((${final[(Ie)$command]})); then
          ((used += 1))
        elif [[ $word != --* || $command != showprofile ]]; then
          command=
        fi
        previous=$word
      done

      case $previous in
        (\#(options(withFile: true).joined(separator: "|")))
          _files
          return
          ;;
        (\#(options(withFile: false).joined(separator: "|"))) return 1 ;;
      esac
      if [[ -z $command ]]; then
        _describe -t commands command commands
        return
      fi
      case $command in
    \#(optionLines)
      esac
      if [[ ${words[CURRENT]} == -* ]] && (($#options)); then
        options+=('--help:show all about the command')
        _describe -o -t options option options
        return
      fi
      case $command in
        (help|--help|-h) _describe -t commands command commands ;;
        (\#(files.joined(separator: "|"))) _files ;;
        (run|showconfig)
          # A profile if anything, then settings and values in turn.
          values=(${settings%%:*})
          if ((used)) && ((${values[(Ie)$previous]})); then
            _aemp_value $previous
            return
          fi
          if ((used == 0)) || [[ $previous == -* ]]; then
            _aemp_profiles
            compadd -a profiles
          fi
          _describe -t settings setting settings
          ;;
        (wait)
          values=(\#(subjects.joined(separator: " ")))
          ((used)) || compadd -a values
          ;;
        (*) _aemp_value ${command#set} ;;
      esac
    }

    # As a file of $fpath it is called at once; with source it is only made known.
    if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
      _aemp "$@"
    elif ((${+functions[compdef]})); then
      compdef _aemp aemp
    fi

    """#
  }

  /// Words and their meanings, one pair a line.
  private static func words(_ words: [Word], indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    return words.map { margin + quoted($0) }.joined(separator: "\n")
  }

  private static func quoted(_ word: Word) -> String {
    let name = word.name.replacing(":", with: "\\:")
    return "'\((name + ":" + word.meaning).replacing("'", with: #"'\''"#))'"
  }

  private static var optionLines: String {
    options.map { names, options in
      "    (\(names.joined(separator: "|")))\n      options=(\n"
        + words(options, indent: 8) + "\n      )\n      ;;"
    }.joined(separator: "\n")
  }

  private static var choiceLines: String {
    choices.map { names, values in
      """
          (\(names.joined(separator: "|")))
            values=(\(values.joined(separator: " ")))
            compadd -a values
            ;;
      """
    }.joined(separator: "\n")
  }
}
