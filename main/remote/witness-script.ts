import { LAUNCHD_WITNESS } from './witness-launchd'
import { WITNESS_TIMERS } from './witness-timers'

/**
 * What the witness runs: plain POSIX sh, nothing is written, every list is bounded. Questions come as positional words of a
 * fixed kind; the rest is told unasked. What could not be told has no fact, or the fact `unknown`.
 *
 * Machines of the demo fleet share a real one: there only what lies in the demo machine's own folder is told.
 */
export const WITNESS_SCRIPT = `
export LC_ALL=C NODE_DISABLE_COMPILE_CACHE=1 npm_config_cache=/dev/null npm_config_update_notifier=false
fact() { printf 'ocm-fact\\t%s' "$1"; shift; for value in "$@"; do printf '\\t%s' "$value"; done; printf '\\n'; }
has() { command -v "$1" >/dev/null 2>&1; }
limited() {
  if has timeout; then timeout 5 "$@"
  elif has perl; then perl -e 'alarm shift; exec { $ARGV[0] } @ARGV or exit 127' 5 "$@"
  else "$@"; fi
}
system=$(uname -s 2>/dev/null)
fact system "$system"
HOME=\${HOME:-$(cd ~ 2>/dev/null && pwd)}
XDG_RUNTIME_DIR=\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
export XDG_RUNTIME_DIR
family='openclaw|clawdbot|moltbot'
ground=
if [ -n "$OCM_DEMO_SERVICE_MANAGER" ]; then ground=\${HOME%/*/*}/; fi
reach() { case $1 in "$ground"*) return 0 ;; *) return 1 ;; esac; }
there() { [ -e "$1" ] || [ -L "$1" ]; }
linked() {
  for link in "$@"; do if there "$link" && reach "$link"; then return 0; fi; done
  return 1
}
${LAUNCHD_WITNESS}
enabled() {
  said=$(limited systemctl $3 is-enabled -- "$2" 2>&1 | tail -n 1)
  case $said in
    enabled*|linked*|alias|generated) fact enabled $1 yes; return ;;
  esac
  if [ -n "$3" ]; then
    linked "$HOME"/.config/systemd/user/*.wants/"$2" "$HOME"/.config/systemd/user/*.requires/"$2" /etc/systemd/user/*.wants/"$2"
  else
    linked /etc/systemd/system/*.wants/"$2" /etc/systemd/system/*.requires/"$2"
  fi && { fact enabled $1 yes; return; }
  case $said in
    disabled|static|masked|indirect|not-found|transient|*'o such file'*|*'does not exist'*|*'not be found'*) fact enabled $1 no ;;
    *) if [ -d /run/systemd/system ]; then fact enabled $1 no; else fact enabled $1 unknown; fi ;;
  esac
}
number=0
while [ $# -gt 0 ]; do
  kind=$1; value=$2; shift 2; number=$((number + 1))
  case $kind in
    path)
      if [ -e "$value" ] || [ -L "$value" ]; then fact path $number present
      else
        parent=$value
        while [ ! -e "$parent" ] && [ "$parent" != / ] && [ "$parent" != . ]; do
          case $parent in */*) parent=\${parent%/*}; parent=\${parent:-/} ;; *) parent=. ;; esac
        done
        if [ ! -d "$parent" ] || [ -x "$parent" ]; then fact path $number absent; else fact path $number unknown; fi
      fi ;;
    port)
      if [ "$system" = Darwin ]; then fact port $number "$(listening "$value")"
      elif [ -r /proc/net/tcp ]; then
        hex=$(printf '%04X' "$value")
        if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:[0-9A-F]+ 0A "; then fact port $number taken; else fact port $number free; fi
      elif command -v lsof >/dev/null 2>&1; then
        if lsof -nP -iTCP:"$value" -sTCP:LISTEN >/dev/null 2>&1; then fact port $number taken; else fact port $number free; fi
      else fact port $number unknown; fi ;;
    health)
      url=http://127.0.0.1:$value/healthz
      if command -v curl >/dev/null 2>&1; then
        status=$(curl -s -o /dev/null -m 5 --noproxy '*' -w '%{http_code}' "$url" 2>/dev/null)
        case $status in 000|'') fact health $number none ;; *) fact health $number "$status" ;; esac
      elif command -v wget >/dev/null 2>&1; then
        status=$(wget -q -T 5 -t 1 -Y off -S -O /dev/null "$url" 2>&1 | sed -n 's|^ *HTTP/[0-9.]* \\([0-9][0-9]*\\).*|\\1|p' | tail -n 1)
        fact health $number "\${status:-none}"
      elif command -v bash >/dev/null 2>&1; then
        status=$(limited bash -c 'exec 3<>/dev/tcp/127.0.0.1/$0 && printf "GET /healthz HTTP/1.0\\r\\n\\r\\n" >&3 && head -n 1 <&3' "$value" 2>/dev/null | sed -n 's|^HTTP/[0-9.]* \\([0-9][0-9]*\\).*|\\1|p')
        fact health $number "\${status:-none}"
      else fact health $number unknown; fi ;;
    user-unit) enabled $number "$value" --user ;;
    system-unit) enabled $number "$value" '' ;;
    user-agent) agent $number "$value" "gui/$(id -u)" "user/$(id -u)" ;;
    system-daemon) agent $number "$value" system ;;
  esac
done
wordless() { [ -z "$(tr -d '\\000' 2>/dev/null <"$1" | head -c 1)" ]; }
listed=0
# A list that does not even show this very shell shows nothing.
if [ "$system" != Darwin ] && [ -r /proc/self/cmdline ] && has grep && has tr && has head; then
  for file in $(grep -lE "$family" /proc/[0-9]*/cmdline 2>/dev/null); do
    folder=\${file%/cmdline}
    words=$(tr '\\000\\n\\t' '\\037  ' <"$file" 2>/dev/null | head -c 4000) || continue
    [ -n "$words" ] || continue
    uid=$(sed -n 's/^Uid:[^0-9]*\\([0-9]*\\).*/\\1/p' "$folder/status" 2>/dev/null)
    group=$(sed -n -e 's/^0:://p' -e 's/^[0-9]*:name=systemd://p' "$folder/cgroup" 2>/dev/null | tail -n 1)
    variables=$(tr '\\000\\n\\t' '\\n  ' 2>/dev/null <"$folder/environ" | grep -E '^(HOME|OPENCLAW_(HOME|PROFILE|STATE_DIR))=' | head -n 8)
    # What ended meanwhile could not tell whose it was. Without words it is on its way out, or becomes another program.
    if [ -z "$variables" ] && wordless "$file"; then
      sleep 1
      case $(sed -n 's/^State:[^A-Z]*\\([A-Z]\\).*/\\1/p' "$folder/status" 2>/dev/null) in ''|Z|X) continue ;; esac
    fi
    listed=$((listed + 1))
    [ $listed -gt 500 ] && break
    fact process "\${folder#/proc/}" "$words" "$uid" "$group"
    printf '%s\\n' "$variables" | while IFS= read -r line; do
      [ -n "$line" ] && fact environ "\${folder#/proc/}" "\${line%%=*}" "\${line#*=}"
    done
  done
  if [ $listed -le 500 ] && grep -q . /proc/$$/cmdline 2>/dev/null; then fact processes complete; fi
elif has ps && has grep && has tr; then
  listing=$(limited ps -axww -o pid= -o uid= -o args= 2>/dev/null)
  fact words spaced
  printf '%s\\n' "$listing" | grep -E "$family" | head -n 500 | while read -r pid uid words; do
    fact process "$pid" "$(printf '%s' "$words" | tr '\\t' ' ')" "$uid" ''
  done
  listed=$(printf '%s\\n' "$listing" | grep -cE "$family")
  if [ "$listed" -le 500 ] && printf '%s\\n' "$listing" | grep -qE "^ *$$ "; then fact processes complete; fi
fi
for folder in "$HOME/.config/systemd/user" "$HOME/.local/share/systemd/user" "$HOME/.config/containers/systemd" /etc/systemd/system \\
  /etc/systemd/user "$HOME/Library/LaunchAgents" /Library/LaunchDaemons; do
  for name in openclaw clawdbot moltbot; do
    for file in "$folder"/$name*.service "$folder"/$name*.service.bak "$folder"/$name*.service.d "$folder"/$name*.container \\
      "$folder"/*.wants/$name*.service "$folder"/*.requires/$name*.service; do
      if there "$file" && reach "$file"; then fact unit "$file"; fi
    done
  done
  for file in "$folder"/ai.openclaw.*.plist; do if there "$file" && reach "$file"; then fact unit "$file"; fi; done
done
if [ "$system" = Darwin ]; then lists; loaded_labels; fi
zdotdir=\${ZDOTDIR:-$HOME}
for file in "$HOME/.bashrc" "$HOME/.bash_profile" "$HOME/.bash_login" "$HOME/.bash_completion" "$HOME/.profile" "$HOME/.kshrc" \\
  "$HOME/.mkshrc" "$HOME/.zshrc" "$HOME/.zshenv" "$HOME/.zprofile" "$HOME/.zlogin" "$zdotdir/.zshrc" "$zdotdir/.zshenv" \\
  "$zdotdir/.zprofile" "$HOME/.config/zsh/.zshrc" "$HOME/.config/zsh/.zprofile" "$HOME/.config/zsh/.zshenv" \\
  "$HOME/.config/fish/config.fish" "$HOME/.config/powershell/Microsoft.PowerShell_profile.ps1"; do
  [ -f "$file" ] || continue
  if [ -r "$file" ]; then
    grep -iE "$family" <"$file" 2>/dev/null | head -n 200 | while IFS= read -r line; do fact shell-line "$file" "$line"; done
  else fact shell-file "$file" unknown; fi
done
fact shell-files complete
if has crontab && reach "$(command -v crontab)"; then
  if table=$(limited crontab -l 2>/dev/null); then
    printf '%s\\n' "$table" | grep -iE "$family" | head -n 200 | while IFS= read -r line; do fact cron-line "$line"; done
    fact crontab complete
  else
    case $(limited crontab -l 2>&1 >/dev/null) in *[Nn]'o crontab'*) fact crontab complete ;; esac
  fi
else fact crontab complete; fi
naming() { tr -d '\\000' | grep -iE "$family" | head -n 200 | while IFS= read -r line; do fact schedule-line "$1" "$line"; done; }
for folder in /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/periodic/* \\
  /usr/local/etc/periodic/*; do
  if [ -d "$folder" ] && [ ! -r "$folder" ] && reach "$folder/"; then fact schedule-file "$folder" unknown; fi
done
for file in /etc/crontab /etc/anacrontab /etc/cron.d/* /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* \\
  /etc/periodic/*/* /usr/local/etc/periodic/*/*; do
  [ -f "$file" ] && reach "$file" || continue
  if [ -r "$file" ]; then naming "$file" <"$file"; else fact schedule-file "$file" unknown; fi
done
${WITNESS_TIMERS}fact schedule complete
if [ "$system" = Darwin ]; then fact linger none
elif [ -e "/var/lib/systemd/linger/$(id -un)" ] && [ -z "$ground" ]; then fact linger yes
else
  case $(limited loginctl show-user "$(id -un)" -p Linger 2>&1) in
    Linger=yes) fact linger yes ;;
    Linger=no|*'not logged in'*|*'not known'*) fact linger no ;;
    *) if [ -r /var/lib/systemd/linger ] && [ -z "$ground" ]; then fact linger no; else fact linger unknown; fi ;;
  esac
fi
shell=\${SHELL:-/bin/sh}
# Asked once, since a login shell may take a second. What its start-up files print comes before the first answer.
said=$(limited "$shell" -lc 'printf "ocm-path:%s\\n" "$PATH"; command -v openclaw' 2>/dev/null </dev/null)
login=$(printf '%s\\n' "$said" | sed -n 's/^ocm-path://p' | tail -n 1)
usual=$HOME/.local/bin:$HOME/bin:$HOME/.npm-global/bin:$HOME/.bun/bin:$HOME/.local/share/pnpm:$HOME/Library/pnpm:$HOME/.openclaw/bin
usual=$usual:/usr/local/bin:/usr/bin:/opt/homebrew/bin
for folder in "$HOME"/.nvm/versions/node/*/bin; do usual=$usual:$folder; done
(
  set -f
  IFS=:
  for folder in $PATH $login $usual; do
    case $folder in /*) ;; *) continue ;; esac
    for name in openclaw clawdbot moltbot; do
      if there "$folder/$name" && reach "$folder/"; then fact found "$folder/$name"; fi
    done
  done
)
[ -n "$login" ] && fact commands complete
fact command plain "$(command -v openclaw 2>/dev/null | head -n 1)"
fact command login "$(printf '%s\\n' "$said" | sed '1,/^ocm-path:/d' | grep / | tail -n 1)"
fact end
`
