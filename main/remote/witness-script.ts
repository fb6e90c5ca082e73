/** One question of a fixed kind; everything else comes as positional words. */
export const WITNESS_SCRIPT = `
export LC_ALL=C
fact() { printf 'ocm-fact\\t%s' "$1"; shift; for value in "$@"; do printf '\\t%s' "$value"; done; printf '\\n'; }
limited() { if command -v timeout >/dev/null 2>&1; then timeout 5 "$@"; else "$@"; fi; }
HOME=\${HOME:-$(cd ~ 2>/dev/null && pwd)}
number=0
while [ $# -gt 0 ]; do
  kind=$1; value=$2; shift 2; number=$((number + 1))
  case $kind in
    path)
      if [ -e "$value" ] || [ -L "$value" ]; then fact path $number present
      else
        parent=$value
        while [ ! -e "$parent" ] && [ "$parent" != / ] && [ "$parent" != . ]; do parent=$(dirname -- "$parent"); done
        if [ ! -d "$parent" ] || [ -x "$parent" ]; then fact path $number absent; else fact path $number unknown; fi
      fi ;;
    port)
      if [ -r /proc/net/tcp ]; then
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
  esac
done
has() { command -v "$1" >/dev/null 2>&1; }
if [ -r /proc/self/cmdline ] && has grep && has tr && has head; then
  for file in $(grep -lE 'openclaw|clawdbot|moltbot' /proc/[0-9]*/cmdline 2>/dev/null); do
    folder=\${file%/cmdline}
    words=$(tr '\\000\\n\\t' '\\037  ' <"$file" 2>/dev/null | head -c 4000) || continue
    [ -n "$words" ] && fact process "\${folder#/proc/}" "$words"
  done
  fact processes complete
elif has ps && has grep && has tr; then
  ps -axwwo pid=,args= | grep -E 'openclaw|clawdbot|moltbot' | while read -r pid words; do
    fact process "$pid" "$(printf '%s' "$words" | tr ' \\t' '\\037 ')"
  done
  fact processes complete
fi
for folder in "$HOME/.config/systemd/user" /etc/systemd/system /etc/systemd/user "$HOME/Library/LaunchAgents" /Library/LaunchDaemons; do
  for file in "$folder"/openclaw*.service "$folder"/clawdbot*.service "$folder"/moltbot*.service "$folder"/ai.openclaw.*.plist; do
    if [ -e "$file" ] || [ -L "$file" ]; then fact unit "$file"; fi
  done
done
fact command plain "$(command -v openclaw 2>/dev/null | head -n 1)"
shell=\${SHELL:-/bin/sh}
fact command login "$(limited "$shell" -lc 'command -v openclaw' 2>/dev/null </dev/null | grep / | tail -n 1)"
fact end
`
