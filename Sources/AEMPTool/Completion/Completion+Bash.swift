/// The completion for bash.
extension Completion {
  static var bash: String {
    #"""
    # bash completion for aemp                                 -*- shell-script -*-
    # Made by scripts/generate of what the tool says about itself: change that.

    # Commands that take nothing.
    _aemp_plain="\#(list(names(.nothing)))"

    # Commands that take one value.
    _aemp_valued="\#(list(names(.value)))"

    # Commands that take all that is behind them.
    _aemp_final="\#(list(names(.rest)))"

    # What run and showconfig take in pairs with a value.
    _aemp_settings="\#(list(settings.map(\.name)))"

    # _aemp_options COMMAND: the options of a command.
    _aemp_options() {
      case $1 in
    \#(optionLines)
      esac
    }

    # The profiles of the configuration file, which is laid out as the tool and
    # Perl's do it: their names are indented twice in "profile".
    _aemp_profiles() {
      local file=${PERL_ANYEVENT_MP_RC-${AE_MP_RC-$HOME/.perl-anyevent-mp}}
      [ -r "$file" ] && [ -f "$file" ] || return 0
      sed -n \#(profileSearch) "$file" 2>/dev/null
    }

    # _aemp_value NAME: what may be a value of a setting or command.
    _aemp_value() {
      case $1 in
        \#(joined(profiles))) _aemp_profiles ;;
    \#(choiceLines)
      esac
    }

    # _aemp_is WORD LIST: whether the list has the word.
    _aemp_is() {
      case " ${2//$'\n'/ } " in *" $1 "*) return 0 ;; esac
      return 1
    }

    # _aemp_files CURRENT: names of files, directories with their slash.
    _aemp_files() {
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$1")
    }

    _aemp() {
      # Words as typed: bash itself splits them at colons.
      local line=${COMP_LINE:0:COMP_POINT} words current='' previous='' command='' used=0 index word
      read -ra words <<<"$line"
      case $line in
        *[[:blank:]]) ;;
        *)
          current=${words[-1]}
          unset 'words[-1]'
          ;;
      esac
      COMPREPLY=()

      # Which command does the word belong to, and how many words came behind it?
      for ((index = 1; index < ${#words[@]}; index++)); do
        word=${words[index]}
        if [ -z "$command" ]; then
          _aemp_is "$word" "$_aemp_plain" || command=$word
          used=0
        elif _aemp_is "$command" "$_aemp_final"; then
          used=$((used + 1))
        elif [ "${word:0:2}" != -- ] || [ "$command" != showprofile ]; then
          command=
        fi
        previous=$word
      done

      local choices=''
      case $previous in
        \#(joined(options(withFile: true)))) _aemp_files "$current"; return ;;
        \#(joined(options(withFile: false)))) return ;;
      esac
      if [ -z "$command" ]; then
        choices="$_aemp_plain $_aemp_valued $_aemp_final"
      elif [ "${current:0:1}" = - ] && [ -n "$(_aemp_options "$command")" ]; then
        choices="$(_aemp_options "$command") --help"
      else
        case $command in
          help | --help | -h) choices="$_aemp_plain $_aemp_valued $_aemp_final" ;;
          \#(joined(files))) _aemp_files "$current"; return ;;
          run | showconfig)
            # A profile if anything, then settings and values in turn.
            if _aemp_is "$previous" "$_aemp_settings" && [ "$used" -gt 0 ]; then
              choices=$(_aemp_value "$previous")
            elif [ "$used" = 0 ] || [ "${previous:0:1}" = - ]; then
              choices="$(_aemp_profiles) $_aemp_settings"
            else
              choices=$_aemp_settings
            fi
            ;;
          wait) [ "$used" != 0 ] || choices="\#(subjects.joined(separator: " "))" ;;
          *) choices=$(_aemp_value "${command#set}") ;;
        esac
      fi
      mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")

      # bash replaces only what stands behind the last colon.
      local head=${current%"${current##*:}"}
      if [ -n "$head" ] && [ "${COMP_WORDBREAKS-}" != "${COMP_WORDBREAKS/:/}" ]; then
        COMPREPLY=("${COMPREPLY[@]#"$head"}")
      fi
    }

    complete -F _aemp aemp

    """#
  }

  private static func list(_ names: [String]) -> String { "\n" + lines(names) }

  private static func joined(_ names: [String]) -> String { names.joined(separator: " | ") }

  private static var optionLines: String {
    together(options.map { ($0.names, $0.choices.map(\.name)) }).map { names, options in
      "    \(joined(names))) echo \"\(options.joined(separator: " "))\" ;;"
    }.joined(separator: "\n")
  }

  private static var choiceLines: String {
    choices.map { names, values in
      "    \(joined(names))) echo \"\(values.joined(separator: " "))\" ;;"
    }.joined(separator: "\n")
  }
}
