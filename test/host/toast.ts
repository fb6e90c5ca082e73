import type Electron from 'electron'

/** What Windows shows of a notification, and the words it keeps with it. */
export interface ReadToast {
  readonly title: string
  readonly body: string
  readonly actions: readonly string[]
  /** For the click, then for each button. */
  readonly words: readonly string[]
}

const SHAPE =
  /^<toast launch="([^"<]*)" activationType="foreground"(?: scenario="reminder")?><visual><binding template="ToastGeneric"><text>([^<]*)<\/text><text>([^<]*)<\/text><\/binding><\/visual><actions>((?:<action [^<>]*\/>)*)<\/actions><\/toast>$/
const BUTTON = /<action activationType="foreground" arguments="([^"<]*)" content="([^"<]*)"\/>/g

/** Reads what OCM shows on Windows. @throws Error for any other form: Windows would show nothing, or something else. */
export function readToast(toastXml: string): ReadToast {
  const [, launch, title, body, buttons] = SHAPE.exec(toastXml) ?? []
  if (launch === undefined || title === undefined || body === undefined || buttons === undefined)
    throw new Error(`Not a toast as OCM writes them: ${toastXml}`)
  const found = [...buttons.matchAll(BUTTON)]
  return {
    title: plain(title),
    body: plain(body),
    actions: found.map(([, , content = '']) => plain(content)),
    words: [launch, ...found.map(([, words = '']) => words)].map(plain),
  }
}

/** What Electron makes of the words that Windows hands over. */
export function activationFrom(words: string): Electron.ActivationArguments {
  const given = new URLSearchParams(words)
  const actionIndex = given.get('action')
  return {
    type: given.get('type') ?? 'click',
    arguments: words,
    ...(actionIndex === null ? {} : { actionIndex: Number(actionIndex) }),
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

/** @throws Error for a character that has to be escaped and is not. */
function plain(text: string): string {
  return text.replaceAll(/&(\w*;?)/g, (found, name: string) => {
    const character = ENTITIES[name.replace(/;$/, '')]
    if (character === undefined || !name.endsWith(';')) throw new Error(`Not escaped: ${found}`)
    return character
  })
}
