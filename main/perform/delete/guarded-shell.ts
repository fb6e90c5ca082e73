import type { TraceKind } from '../../../shared/deletion'

/** The guard that both scripts share: no link on the way, nothing mounted there, and one file system only. */
const GUARD = `
refuse() { printf 'OCM does not remove it: %s\\n' "$1" >&2; exit 3; }
path=$1
[ -e "$path" ] || [ -L "$path" ] || exit 0
case $path in /*/*) ;; *) refuse 'it is too close to the top' ;; esac
case $path/ in */../*|*/./*|*//*) refuse 'it is not written plainly' ;; esac
folder=$(dirname -- "$path")
[ "$(cd -- "$folder" && pwd -P)" = "$folder" ] || refuse 'there is a link on the way'
if [ -r /proc/self/mounts ] && grep -qF " $path" /proc/self/mounts; then refuse 'another file system is mounted there'; fi
if [ ! -r /proc/self/mounts ] && mount 2>/dev/null | grep -qF " on $path"; then refuse 'another file system is mounted there'; fi
`

const REMOVE = `
if rm --help 2>&1 | grep -q one-file-system; then exec rm -rf --one-file-system -- "$path"; fi
exec rm -rf -- "$path"
`

/** Removes one path that only root may remove; which may be asked for is {@link isForRoot}'s to say. */
export const ROOT_REMOVAL = `${GUARD}${REMOVE}`

/**
 * Removes one path of the login where there is no Node.js any more: only beneath the home, and only what bears one of the
 * names that OpenClaw gives, or is a unit of systemd's or launchd's; and OpenClaw's own folders in /tmp and /var/tmp, when all
 * in them is the login's.
 */
export const OWN_REMOVAL = `${GUARD}
home=$(cd ~ && pwd -P) || refuse 'the home is not known'
uid=$(id -u)
own() {
  foreign=$(find "$path" ! -user "$uid" 2>&1 | head -n 1)
  [ -z "$foreign" ] || refuse 'other accounts have files there too'
}
case $path in
  /tmp/openclaw|/tmp/openclaw-"$uid"|/tmp/openclaw-state-locks-"$uid"|/tmp/.openclaw-terminal-staging-"$uid") own ;;
  /tmp/node-compile-cache/openclaw|/tmp/openclaw-compile-cache|/var/tmp/openclaw-compile-cache) own ;;
  /private/tmp/openclaw|/private/tmp/openclaw-"$uid"|/private/tmp/openclaw-state-locks-"$uid"|/private/tmp/.openclaw-terminal-staging-"$uid") own ;;
  /private/tmp/node-compile-cache/openclaw|/private/tmp/openclaw-compile-cache|/private/var/tmp/openclaw-compile-cache) own ;;
  "$home"/.openclaw|"$home"/.openclaw-*|"$home"/.clawdbot|"$home"/.moltbot|"$home"/.moldbot) ;;
  "$home"/.cache/openclaw*|"$home"/.config/openclaw) ;;
  "$home"/Library/LaunchAgents/*/*|"$home"/.Trash/*/*) refuse 'without Node.js OCM cannot tell what it is' ;;
  "$home"/Library/LaunchAgents/ai.openclaw.*|"$home"/Library/LaunchAgents/com.clawdbot.*|"$home"/Library/LaunchAgents/bot.molt.*) ;;
  "$home"/.Trash/ai.openclaw.*.plist|"$home"/.Trash/com.clawdbot.*.plist|"$home"/.Trash/bot.molt.*.plist) ;;
  "$home"/Library/Logs/openclaw) ;;
  "$home"/.config/systemd/user/*) ;;
  "$home"/lib/node_modules/openclaw|"$home"/*/lib/node_modules/openclaw) ;;
  "$home"/bin/openclaw|"$home"/*/bin/openclaw) ;;
  "$home"/*) refuse 'without Node.js OCM cannot tell what it is' ;;
  *) refuse 'it is not beneath the home' ;;
esac
case \${path#"$home"/} in .openclaw*/*) refuse 'without Node.js OCM cannot tell what it is' ;; esac
${REMOVE}`

const UNIT = /^\/(etc|usr\/local\/lib)\/systemd\/(system|user)\/[^/]+(\/[^/]+)?$/
const LIST = /^\/Library\/Launch(Agents|Daemons)\/[^/]+\.plist$/
const PROGRAM = /^\/(usr|opt)(\/[^/]+)*\/(lib\/node_modules|bin)\/(openclaw|clawdbot|moltbot)$/

/** Whether a path is one that root may be asked to remove: a unit of the system's, or the program installed for everybody. */
export function isForRoot(kind: TraceKind, path: string): boolean {
  if (path.split('/').some(name => name === '..' || name === '.')) return false
  return kind === 'unit' ? UNIT.test(path) || LIST.test(path) : kind === 'package' && PROGRAM.test(path)
}
