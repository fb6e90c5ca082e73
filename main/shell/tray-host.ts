import { execFile } from 'node:child_process'

/** The name that desktops with room for tray icons own on the session bus. @see the StatusNotifierItem specification */
const HOST = 'org.kde.StatusNotifierWatcher'

const LIMIT_MS = 3000

/**
 * Whether the desktop shows tray icons. GNOME without its extension does not, and neither refuses one nor says so: an icon
 * is then simply nowhere. Where nobody can be asked, the answer is yes.
 */
export async function desktopShowsTrays(platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform !== 'linux') return true
  const question = ['call', '--session', '--dest', 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus']
  const answer = await ask('gdbus', [...question, '--method', 'org.freedesktop.DBus.NameHasOwner', HOST])
  return answer === null || !answer.includes('false')
}

/** What the program printed; null when it is not there or could not ask. */
function ask(program: string, words: readonly string[]): Promise<string | null> {
  return new Promise(done => {
    execFile(program, words, { timeout: LIMIT_MS }, (error, output) => done(error === null ? output : null))
  })
}
