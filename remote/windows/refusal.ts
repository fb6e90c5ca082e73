/** Names of devices: Windows opens the device whatever the folder, also with an ending such as `nul.txt`. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i
const SEPARATORS = /[/\\]/

/** Below `C:/Windows` nothing is removed; in the others neither the folder itself nor what lies directly in it. */
const OF_THE_SYSTEM = /^[a-z]:\/(windows|\$recycle\.bin|system volume information|recovery|boot|efi|perflogs)(\/|$)/i
const SHARED = /^[a-z]:\/(program files( \([^/]*\))?|programdata)(\/[^/]+)?$/i
const HOMES = /^[a-z]:\/(users|documents and settings)(\/[^/]+)?$/i
/** Folders of an account that hold what all its programs keep. */
const OF_THE_ACCOUNT =
  /^[a-z]:\/users\/[^/]+\/(appdata(\/(local|locallow|roaming))?|documents|desktop|downloads|onedrive[^/]*)$/i

/**
 * Why a name cannot be used on Windows; null when it can. Dots and spaces at the end are dropped without a word, a colon leads
 * into another stream of the file, and so each of them would be another file than the one named.
 */
export function badName(name: string): string | null {
  if (name.includes(':')) return 'it names a stream of a file'
  if (/[. ]$/.test(name)) return 'a name in it ends with a dot or a space'
  if (/[<>"|?*\u0000-\u001f]/.test(name)) return 'a name in it has characters that Windows does not allow'
  return DEVICE.test(name) ? 'it names a device' : null
}

/** Why nothing is removed from this folder of Windows, told by its path alone; null when nothing speaks against it. */
export function windowsRefusal(path: string): string | null {
  if (/^[/\\]{2}/.test(path)) return 'it is on another machine, or names a device'
  const [, drive, rest = ''] = /^([A-Za-z]:)?(?:[/\\]|$)(.*)$/s.exec(path) ?? []
  if (drive === undefined && !/^[/\\]/.test(path)) return 'it is not an absolute path'
  const names = rest.split(SEPARATORS).filter(name => name !== '')
  const bad = names.map(badName).find(why => why !== null)
  if (bad !== undefined) return bad
  if (names.length < 2) return 'it is too close to the top'
  const plain = `${(drive ?? 'C:').toUpperCase()}/${names.join('/')}`
  if (HOMES.test(plain)) return 'it is a home'
  if (OF_THE_SYSTEM.test(plain) || SHARED.test(plain)) return 'it belongs to the system'
  return OF_THE_ACCOUNT.test(plain) ? 'it holds what all programs of the account keep' : null
}
