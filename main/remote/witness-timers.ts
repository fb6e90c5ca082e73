/**
 * The part of the witness's script that tells of timers of systemd: `schedule-line` for each line that names OpenClaw, of a
 * timer, of the service it starts, or of a drop-in of either. Takes `family`, `fact`, `there`, `reach` and `naming` from the
 * rest.
 *
 * As for systemd, the first folder that has a name wins, and one that is empty or leads to nowhere is masked. What names
 * OpenClaw is asked of all files at once: a system has many timers, and mostly nothing in any of them is meant.
 */
export const WITNESS_TIMERS = `
naming_units() (
  count=$#
  for folder in "$@"; do
    for drops in "$folder"/*.timer.d "$folder"/*.service.d; do
      [ ! -d "$drops" ] || [ -r "$drops" ] || printf '%s/closed\\n' "$drops"
    done
    for file in "$folder"/*.timer "$folder"/*.timer.d/*.conf "$folder"/*.service "$folder"/*.service.d/*.conf; do
      [ -f "$file" ] || continue
      if [ -r "$file" ]; then set -- "$@" "$file"; else printf '%s\\n' "$file"; fi
    done
  done
  shift $count
  [ $# = 0 ] && return
  printf '%s\\n' "$@" | grep -iE "$family"
  grep -liE "$family" -- "$@" 2>/dev/null
)
leading_units() (
  count=$#
  for folder in "$@"; do
    for file in "$folder"/*.timer "$folder"/*.timer.d/*.conf; do [ -f "$file" ] && [ -r "$file" ] && set -- "$@" "$file"; done
  done
  shift $count
  [ $# = 0 ] || grep -lE '^[[:space:]]*Unit[[:space:]]*=' -- "$@" 2>/dev/null
)
unit_names() {
  while IFS= read -r file; do
    case \${file%/*} in *.timer.d|*.service.d) file=\${file%/*}; file=\${file%.d} ;; esac
    printf '/%s/\\n' "\${file##*/}"
  done
}
unit_files() (
  name=$1 general=$1 seen=/
  shift
  case $name in *@?*.*) general=\${name%%@*}@.\${name##*.} ;; esac
  for wanted in "$name" "$general"; do
    for folder in "$@"; do
      there "$folder/$wanted" && reach "$folder/$wanted" || continue
      [ -f "$folder/$wanted" ] && [ -s "$folder/$wanted" ] || return 0
      printf '%s\\n' "$folder/$wanted"
      break 2
    done
  done
  for wanted in "$name" "$general"; do
    for folder in "$@"; do
      drops=$folder/$wanted.d
      if [ -d "$drops" ] && [ ! -r "$drops" ]; then printf '\\t%s\\n' "$drops"; fi
      for file in "$drops"/*.conf; do
        there "$file" && reach "$file" || continue
        base=\${file##*/}
        case $seen in */"$base"/*) continue ;; esac
        seen=$seen$base/
        [ -f "$file" ] && printf '%s\\t%s\\n' "$base" "$file"
      done
    done
  done | sort | cut -f 2-
)
all_open() { while IFS= read -r part; do [ -z "$part" ] || { [ -f "$part" ] && [ -r "$part" ]; } || return 1; done; }
text_of() {
  printf '%s\\n' "$1" | while IFS= read -r part; do
    if [ -f "$part" ]; then cat "$part" 2>/dev/null; echo; fi
  done | tr -d '\\000'
}
timer() {
  timer=$1
  shift
  own=$(unit_files "\${timer##*/}" "$@")
  [ -n "$own" ] || return 0
  unit=$(text_of "$own" | sed -n 's/^[[:space:]]*Unit[[:space:]]*=[[:space:]]*//p' | sed 's/[[:space:]]*$//' | tail -n 1)
  if [ -z "$unit" ]; then unit=\${timer##*/}; unit=\${unit%.timer}.service; fi
  started=$(unit_files "$unit" "$@")
  printf '%s\\n' "$own" "$started" | all_open || fact schedule-file "$timer" unknown
  {
    printf 'Unit=%s\\n' "$unit"
    text_of "$own" | grep -vE '^[[:space:]]*Unit[[:space:]]*='
    text_of "$started"
  } | naming "$timer"
}
timers() {
  for folder in "$@"; do
    if [ -d "$folder" ] && [ ! -r "$folder" ] && reach "$folder/"; then fact schedule-file "$folder" unknown; fi
  done
  naming=$(naming_units "$@" | unit_names)
  [ -n "$naming" ] || return 0
  leading=$(leading_units "$@" | unit_names)
  seen=/
  for folder in "$@"; do
    for file in "$folder"/*.timer; do
      there "$file" && reach "$file" || continue
      name=\${file##*/}
      case $seen in */"$name"/*) continue ;; esac
      seen=$seen$name/
      case $naming in */"$name"/*|*/"\${name%.timer}.service"/*) timer "$file" "$@"; continue ;; esac
      case $leading in */"$name"/*) timer "$file" "$@"; continue ;; esac
      case $name in *@?*.timer) timer "$file" "$@" ;; esac
    done
  done
}
timers "$XDG_RUNTIME_DIR/systemd/transient" "$HOME/.config/systemd/user" /etc/systemd/user "$XDG_RUNTIME_DIR/systemd/user" \\
  /run/systemd/user "$HOME/.local/share/systemd/user" /usr/local/lib/systemd/user /usr/lib/systemd/user /lib/systemd/user
timers /run/systemd/transient /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system \\
  /usr/lib/systemd/system /lib/systemd/system
`
