/// The completion for fish.
extension Completion {
  static var fish: String {
    #"""
    \#(title(.fish))

    # The profiles of the configuration file, which is laid out as the tool and
    # Perl's do it.
    function __aemp_profiles
        set -l file ~/.perl-anyevent-mp
        if set -q PERL_ANYEVENT_MP_RC
            set file $PERL_ANYEVENT_MP_RC
        else if set -q AE_MP_RC
            set file $AE_MP_RC
        end
        test -r "$file" -a -f "$file"; or return 0
        sed -n \#(fishProfileSearch) $file 2>/dev/null
    end

    # What may be a value of a setting or command.
    function __aemp_value
        switch $argv[1]
            case \#(profiles.joined(separator: " "))
                __aemp_profiles
    \#(choiceLines)
        end
    end

    function __aemp_commands
        printf '%s\t%s\n' \
    \#(words(commands, indent: 8))
    end

    # What run and showconfig take in pairs with a value.
    function __aemp_settings
        printf '%s\t%s\n' \
    \#(words(settings, indent: 8))
    end

    # The options of a command.
    function __aemp_options
        switch $argv[1]
    \#(optionLines)
            case '*'
                return 1
        end
        printf '%s\t%s\n' --help 'show all about the command'
    end

    # Which command the word belongs to, how many words came behind it, and the
    # last of them.
    function __aemp_line
        # Commands that take nothing.
        set -l plain \
    \#(continued(names(.nothing), indent: 8))
        # Commands that take all that is behind them.
        set -l final \
    \#(continued(names(.rest), indent: 8))
        set -l command ''
        set -l previous ''
        set -l used 0
        set -l typed (commandline -opc)
        set -e typed[1]
        for word in $typed
            if test -z "$command"
                contains -- $word $plain; or set command $word
                set used 0
            else if contains -- $command $final
                set used (math $used + 1)
            else if not string match -q -- '--*' $word; or test "$command" != showprofile
                set command ''
            end
            set previous $word
        end
        printf '%s\n' "$command" $used "$previous"
    end

    function __aemp_wants_file
        set -l line (__aemp_line)
        contains -- "$line[3]" \#(options(withFile: true).joined(separator: " "))
        or contains -- "$line[1]" \#(files.joined(separator: " "))
    end

    function __aemp
        set -l line (__aemp_line)
        set -l command $line[1]
        set -l used $line[2]
        set -l previous $line[3]
        if contains -- "$previous" \#((options(withFile: true) + options(withFile: false)).joined(separator: " "))
            return
        end
        if test -z "$command"
            __aemp_commands
            return
        end
        if string match -q -- '-*' (commandline -ct); and __aemp_options $command
            return
        end
        switch $command
            case help --help -h
                __aemp_commands
            case \#(files.joined(separator: " "))
                return
            case run showconfig
                # A profile if anything, then settings and values in turn.
                set -l settings (__aemp_settings | string replace -r '\t.*' '')
                if test $used -gt 0; and contains -- "$previous" $settings
                    __aemp_value $previous
                    return
                end
                if test $used = 0; or string match -q -- '-*' "$previous"
                    __aemp_profiles
                end
                __aemp_settings
            case wait
                test $used = 0; and printf '%s\n' \#(subjects.joined(separator: " "))
            case '*'
                __aemp_value (string replace -r '^set' '' -- $command)
        end
    end

    complete -c aemp -f
    complete -c aemp -n __aemp_wants_file -F
    complete -c aemp -a '(__aemp)'

    """#
  }

  /// ``profileSearch`` for fish: in its single quotes two backslashes are one.
  private static let fishProfileSearch = profileSearch.replacing("\\\\", with: "\\\\\\\\")

  private static func quoted(_ text: String) -> String {
    "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
  }

  /// Words and their meanings as arguments, one pair a line.
  private static func words(_ words: [Word], indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    return words.map { "\(margin)\($0.name) \(quoted($0.meaning))" }.joined(separator: " \\\n")
  }

  private static func continued(_ names: [String], indent: Int) -> String {
    lines(names, indent: indent).replacing("\n", with: " \\\n")
  }

  private static var optionLines: String {
    options.map { names, options in
      """
              case \(names.joined(separator: " "))
                  printf '%s\\t%s\\n' \\
      \(words(options, indent: 16))
      """
    }.joined(separator: "\n")
  }

  private static var choiceLines: String {
    choices.map { names, values in
      """
              case \(names.joined(separator: " "))
                  printf '%s\\n' \(values.joined(separator: " "))
      """
    }.joined(separator: "\n")
  }
}
