/**
 * The parts of the witness for macOS, with the tools of BSD and no option of GNU's: there is no /proc, no systemd and no
 * `timeout`, and `lsof` shows a login its own processes only. An error is never taken for an absence.
 */
export const LAUNCHD_WITNESS = `
missing() { case $1 in *'Could not find service'*|*'Could not find specified service'*|*'Could not find domain'*|*'Domain does not support'*) return 0 ;; *) return 1 ;; esac; }
agent() {
  asked=$1; label=$2; shift 2
  loaded=no; off=unknown
  for domain in "$@"; do
    if said=$(limited launchctl print "$domain/$label" 2>&1); then loaded=yes
    elif [ "$loaded" = no ] && ! missing "$said"; then loaded=unknown; fi
    if said=$(limited launchctl print-disabled "$domain" 2>/dev/null); then
      case $said in
        *"\\"$label\\" => disabled"*|*"\\"$label\\" => true"*) off=yes ;;
        *'disabled services = {'*) [ "$off" = yes ] || off=no ;;
      esac
    fi
  done
  for list in "$HOME/Library/LaunchAgents/$label.plist" "/Library/LaunchAgents/$label.plist" "/Library/LaunchDaemons/$label.plist"; do
    if there "$list" && reach "$list"; then loaded=yes; fi
  done
  fact enabled $asked $loaded
  fact note $asked $off
}
listening() {
  state=unknown
  if has netstat; then
    table=$(limited netstat -an -p tcp 2>/dev/null | grep '^tcp')
    if [ -n "$table" ]; then
      state=free
      if printf '%s\\n' "$table" | grep -qE "[.:]$1 +[^ ]+ +LISTEN"; then state=taken; fi
    fi
  fi
  if [ $state != taken ] && has lsof; then
    if [ -n "$(limited lsof -nP -iTCP:"$1" -sTCP:LISTEN 2>/dev/null)" ]; then state=taken
    elif [ $state = unknown ] && [ -n "$(limited lsof -nP -p $$ 2>/dev/null)" ]; then state=free; fi
  fi
  printf '%s' $state
}
loaded_labels() {
  whole=yes; any=
  for domain in "gui/$(id -u)" "user/$(id -u)" system; do
    if said=$(limited launchctl print "$domain" 2>&1); then
      any=yes
      printf '%s\\n' "$said" | grep -E '(ai[.]openclaw|com[.]clawdbot|bot[.]molt)[.]' | grep -v '=>' | sed 's/^.*[[:space:]]//' | head -n 200 |
        while IFS= read -r label; do fact loaded "$label"; done
    elif ! missing "$said"; then whole=; fi
  done
  if [ -n "$whole" ] && [ -n "$any" ]; then fact loaded-list complete; fi
}
lists() {
  for folder in "$HOME/Library/LaunchAgents" /Library/LaunchAgents /Library/LaunchDaemons "$HOME/.Trash"; do
    [ -d "$folder" ] && reach "$folder/" || continue
    ls "$folder" >/dev/null 2>&1 || { fact unit-folder "$folder" unknown; continue; }
    for file in "$folder"/ai.openclaw.*.plist "$folder"/com.clawdbot.*.plist "$folder"/bot.molt.*.plist; do
      if there "$file"; then fact unit "$file"; fi
    done
  done
}
`
