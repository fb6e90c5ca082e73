import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Earlier } from '../../../main/perform/earlier'
import { fileKey } from '../../../main/perform/placement'
import type { SnapshotFile } from '../../../shared/backup'
import type { Operation } from '../../../shared/plan'
import { MINUTE, SECOND } from '../../../shared/units'
import { ALL_COMPONENTS, startYard, type Yard } from '../../helpers/nodes'
import { until } from '../../helpers/temp'
import { fileOf } from '../backup/helpers'

const SESSION = 'agents/main/sessions/looks.jsonl'
const TIME_S = 1_700_000_000

let yard: Yard
let path: string

beforeAll(async () => {
  yard = await startYard({ count: 1 })
  path = join(yard.node('pc-a').home, '.openclaw', SESSION)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'what it held at first\n')
  utimesSync(path, TIME_S, TIME_S)
  // So fresh a file gets no stamp.
  await until(() => Date.now() - statSync(path).ctimeMs > 3 * SECOND, 10 * SECOND)
}, MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())

async function backUp(change: Parameters<Yard['options']>[0] = {}): Promise<Operation> {
  const options = yard.options({ components: ALL_COMPONENTS, ...change })
  const operation = await yard.run(await yard.services.planner.backup(yard.record('pc-a').id, options))
  expect(operation.state).toBe('done')
  return operation
}

const noteOf = (operation: Operation): string => operation.steps[0]?.note ?? ''

async function contentIn(operation: Operation): Promise<string> {
  const reader = await (await yard.services.repository()).open(operation.snapshots['capture'] ?? '')
  const file = reader.manifest.files.find(one => one.path === SESSION)
  return file === undefined ? '' : (await reader.content(file)).toString('utf8')
}

test(
  'a backup hashes what changed since the last one, everything when asked to, and never less',
  async () => {
    const first = await backUp()
    expect(noteOf(first)).not.toContain('not hashed again')
    expect(await contentIn(first)).toBe('what it held at first\n')

    const second = await backUp()
    expect(noteOf(second)).toMatch(/files looked exactly as in the backup of .* and were not hashed again/)
    expect(await contentIn(second)).toBe('what it held at first\n')

    writeFileSync(path, 'what it holds by now!\n')
    utimesSync(path, TIME_S, TIME_S)
    const third = await backUp()
    expect(noteOf(third)).toContain('not hashed again')
    expect(await contentIn(third)).toBe('what it holds by now!\n')

    const anew = await backUp({ rehash: true })
    expect(noteOf(anew)).not.toContain('not hashed again')
    expect(await contentIn(anew)).toBe(await contentIn(third))
  },
  2 * MINUTE,
)

test(
  'a backup that turned out damaged is trusted in nothing: its content is read anew and stored whole',
  async () => {
    await backUp({ rehash: true })
    const packs = join(yard.dataDir, 'backups/packs')
    for (const name of readdirSync(packs)) flipByte(join(packs, name))
    const repository = await yard.services.repository()
    for (const { id } of await repository.list()) expect((await repository.verify(id)).state).toBe('damaged')
    const again = await backUp()
    expect(noteOf(again)).not.toContain('not hashed again')
    expect(await contentIn(again)).toBe('what it holds by now!\n')
    expect((await repository.verify(again.snapshots['capture'] ?? '')).state).toBe('good')
  },
  2 * MINUTE,
)

test('a node that takes a file as unchanged without having been asked is not believed', () => {
  const file = profileFile()
  const earlier = new Earlier('2026-11-20T10:00:00.000Z', new Map([[fileKey(file), file]]))
  const walked = { ...file, sha256: '', chunks: [], isAsRecorded: true as const }
  expect(earlier.complete(walked)).toEqual(file)
  expect(() => earlier.complete({ ...walked, path: 'another.jsonl' })).toThrow('was not asked about')
  expect(() => earlier.complete({ ...walked, stamp: '22:1:2:4' })).toThrow('was not asked about')
})

function profileFile(): SnapshotFile {
  const content = Buffer.from('what it held at first\n')
  return { ...fileOf({ path: SESSION, content }), stamp: '22:1:2:3' }
}

/** Damages the first chunk of a pack: its head has 40 bytes, that of the chunk 56. */
function flipByte(file: string): void {
  const bytes = readFileSync(file)
  bytes[97] = (bytes[97] ?? 0) ^ 1
  writeFileSync(file, bytes)
}
