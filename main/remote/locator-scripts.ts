/**
 * Prints a line per Node.js found, in the order in which they are to be preferred, and stops at the first with built-in SQLite
 * (22.5). Plain POSIX sh: dash, busybox, bash and the shells of macOS run it. Ends with a line of its own, so that a silent
 * failure is not taken for "none found". Of running programs only the account's own are taken: root must not run what another
 * user could have put there. Only what is called Node.js is asked for its version, and nothing is left behind: a unit may start
 * OpenClaw itself, which writes when it is run, and a login shell's files may call npm. The sh that Git and others bring to
 * Windows says nothing: the paths it names start nothing there.
 */
export const POSIX_LOCATOR = `
case $(uname -s 2>/dev/null) in MINGW*|MSYS*|CYGWIN*) exit 0 ;; esac
export NODE_OPTIONS= LC_ALL=C NODE_DISABLE_COMPILE_CACHE=1 npm_config_cache=/dev/null npm_config_update_notifier=false
HOME=\${HOME:-$(cd ~ 2>/dev/null && pwd)}
seen="
"
limited() { if command -v timeout >/dev/null 2>&1; then timeout 5 "$@"; else "$@"; fi; }
try() {
  [ -n "$2" ] && [ -f "$2" ] && [ -x "$2" ] || return 0
  case "\${2##*/}" in node|nodejs|node-[0-9]*) ;; *) return 0 ;; esac
  case "$seen" in *"
$2
"*) return 0 ;; esac
  seen="$seen$2
"
  version=$(limited "$2" --version 2>/dev/null </dev/null) || return 0
  case "$version" in v[0-9]*.*.*) ;; *) return 0 ;; esac
  printf 'ocm-node\\t%s\\t%s\\t%s\\n' "$1" "$2" "$version"
  major=\${version#v}; minor=\${major#*.}; major=\${major%%.*}; minor=\${minor%%.*}
  if [ "$major" -gt 22 ] || { [ "$major" -eq 22 ] && [ "$minor" -ge 5 ]; }; then echo ocm-located; exit 0; fi
}
for file in $(grep -lE 'openclaw|clawdbot|moltbot' /proc/[0-9]*/cmdline 2>/dev/null); do
  [ -O "\${file%/cmdline}" ] || continue
  exe=$(readlink "\${file%/cmdline}/exe" 2>/dev/null) || continue
  case "$exe" in */node|*/nodejs|*/node-[0-9]*) try gateway "$exe" ;; esac
done
for unit in "$HOME"/.config/systemd/user/*.service /etc/systemd/system/*.service /etc/systemd/user/*.service; do
  case "\${unit##*/}" in openclaw*|clawdbot*|moltbot*) ;; *) continue ;; esac
  line=$(sed -n 's/^ExecStart=[-@:+!]*//p' "$unit" 2>/dev/null | tail -n 1)
  case "$line" in
    '"'*) line=\${line#?}; try service "\${line%%\\"*}" ;;
    *) try service "\${line%% *}" ;;
  esac
done
for list in "$HOME"/Library/LaunchAgents/ai.openclaw.*.plist /Library/LaunchDaemons/ai.openclaw.*.plist; do
  [ -f "$list" ] && try service "$(sed -n 's|.*<string>\\(/.*/node\\)</string>.*|\\1|p' "$list" | head -n 1)"
done
for shell in "\${SHELL:-sh}" bash zsh sh; do
  command -v "$shell" >/dev/null 2>&1 || continue
  try 'login shell' "$(limited "$shell" -lc 'command -v node' 2>/dev/null </dev/null | grep '^/' | tail -n 1)"
done
try path "$(command -v node 2>/dev/null)"
for state in "$HOME"/.openclaw "$HOME"/.openclaw-*; do
  for file in "$state"/tools/node*/bin/node "$state"/node-runtime/releases/*/bin/node; do try openclaw "$file"; done
done
for file in "$HOME"/.nvm/versions/node/*/bin/node; do try nvm "$file"; done
for file in "$HOME"/.local/share/fnm/node-versions/*/installation/bin/node \\
  "$HOME"/.fnm/node-versions/*/installation/bin/node \\
  "$HOME/Library/Application Support/fnm/node-versions"/*/installation/bin/node; do try fnm "$file"; done
for file in "$HOME"/.volta/tools/image/node/*/bin/node; do try volta "$file"; done
for file in "$HOME"/.asdf/installs/nodejs/*/bin/node "$HOME"/.local/share/mise/installs/node/*/bin/node; do
  try 'version manager' "$file"
done
for file in "$HOME"/n/bin/node /usr/local/n/versions/node/*/bin/node; do try n "$file"; done
for file in /opt/homebrew/bin/node /home/linuxbrew/.linuxbrew/bin/node; do try homebrew "$file"; done
for file in /usr/local/bin/node /usr/bin/node /usr/bin/nodejs /opt/node*/bin/node /snap/bin/node \\
  "$HOME"/.local/bin/node; do try system "$file"; done
echo ocm-located
`

/** The same for Windows. Short names spare the launch line every question of quoting. */
export const WINDOWS_LOCATOR = `# ocm:locate
$ErrorActionPreference = 'SilentlyContinue'
$env:NODE_OPTIONS = ''
$seen = @{}
$out = [Console]::OpenStandardOutput()
function Say($text) {
  $bytes = [Text.Encoding]::UTF8.GetBytes("$text" + [char]10)
  $out.Write($bytes, 0, $bytes.Length)
  $out.Flush()
}
$files = New-Object -ComObject Scripting.FileSystemObject
function Try-Node($from, $path) {
  if (-not $path -or $seen[$path] -or -not (Test-Path -LiteralPath $path -PathType Leaf)) { return }
  $seen[$path] = $true
  $version = & $path --version
  if ($version -notmatch '^v\\d+\\.\\d+\\.\\d+') { return }
  if ($path -match '\\s') { $short = $files.GetFile($path).ShortPath; if ($short) { $path = $short } }
  Say "ocm-node\`t$from\`t$path\`t$version"
}
Get-CimInstance Win32_Process -Filter "Name='node.exe'" | Where-Object { $_.CommandLine -match 'openclaw|clawdbot|moltbot' } |
  ForEach-Object { Try-Node 'gateway' $_.ExecutablePath }
Get-ChildItem -Force -Path "$HOME\\.openclaw*\\gateway.cmd" | ForEach-Object {
  if ((Get-Content -Raw -LiteralPath $_.FullName) -match '"?([A-Za-z]:[^"\\r\\n]*node\\.exe)"?') { Try-Node 'service' $Matches[1] }
}
Try-Node 'path' (Get-Command node.exe).Source
Try-Node 'system' "$env:ProgramFiles\\nodejs\\node.exe"
Get-ChildItem -Path "$env:LOCALAPPDATA\\OpenClaw\\deps\\portable-node*\\node.exe" | ForEach-Object { Try-Node 'openclaw' $_.FullName }
Get-ChildItem -Path "$env:APPDATA\\nvm\\v*\\node.exe", "$env:APPDATA\\fnm\\node-versions\\*\\installation\\node.exe" |
  ForEach-Object { Try-Node 'version manager' $_.FullName }
Say 'ocm-located'
`
