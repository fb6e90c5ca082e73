import { readTextIfThere } from '../bounded-read'
import { runCommand } from '../run-command'

const PLUTIL_LIMIT_MS = 5_000

/** What OCM reads of a property list of launchd. */
export interface LaunchdPlist {
  readonly label: string | null
  readonly words: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  /** It is started by itself: when it is loaded, or kept running. */
  readonly startsItself: boolean
  /** What it allows for a stop, in ms; launchd's default is 20 s. */
  readonly stopLimitMs: number
  /** Whom a daemon runs as; null: root. */
  readonly user: string | null
}

/** Reads a property list, also a binary one where `plutil` is there. @throws when it cannot be read. */
export async function readPlist(path: string): Promise<LaunchdPlist> {
  let text = readTextIfThere(path) ?? ''
  // In the binary form plain text stands as it is: most of them have nothing to do with OpenClaw.
  if (text.startsWith('bplist') && !/openclaw|clawdbot|moltbot|bot\.molt/i.test(text)) text = ''
  if (text.startsWith('bplist')) {
    const { code, stdout } = await runCommand(['plutil', '-convert', 'xml1', '-o', '-', '--', path], {
      limitMs: PLUTIL_LIMIT_MS,
    })
    if (code !== 0) throw new Error('It is a binary property list that plutil could not read.')
    text = stdout
  }
  const valueOf = (key: string, tag: string): string | undefined =>
    new RegExp(`<key>${key}</key>\\s*<${tag}>([^<]*)</${tag}>`).exec(text)?.[1]
  const label = valueOf('Label', 'string')
  const user = valueOf('UserName', 'string')
  const words = stringsAfter(text, 'ProgramArguments')
  const program = valueOf('Program', 'string')
  return {
    label: label === undefined ? null : plain(label),
    words: words.length > 0 || program === undefined ? words : [plain(program)],
    environment: variablesOf(text),
    startsItself: /<key>(RunAtLoad|KeepAlive)<\/key>\s*<(true\/|dict)>/.test(text),
    stopLimitMs: Number(valueOf('ExitTimeOut', 'integer') ?? 20) * 1000,
    user: user === undefined ? null : plain(user),
  }
}

function stringsAfter(text: string, key: string): string[] {
  const block = new RegExp(`<key>${key}</key>\\s*<array>(.*?)</array>`, 's').exec(text)?.[1] ?? ''
  return [...block.matchAll(/<string>(.*?)<\/string>/gs)].map(([, value = '']) => plain(value))
}

function variablesOf(text: string): Map<string, string> {
  const block = /<key>EnvironmentVariables<\/key>\s*<dict>(.*?)<\/dict>/s.exec(text)?.[1] ?? ''
  const pairs = block.matchAll(/<key>(.*?)<\/key>\s*<string>(.*?)<\/string>/gs)
  return new Map([...pairs].map(([, key = '', value = '']) => [plain(key), plain(value)]))
}

function plain(xml: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return xml.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_whole, name: string) => entities[name] ?? '')
}
