// A process of its own for tests that kill a writer, or measure one: bundled with esbuild, so that it runs anywhere.
import { randomBytes } from 'node:crypto'
import { openRepository } from '../../../main/backup/repository'
import { chunksOf, fileOf, keyStore, manifestOf, metaOf, putContent, quietLog } from './helpers'
import type { SnapshotFile } from '../../../shared/backup'
import { CHUNK_BYTES } from '../../../shared/backup'

const [task, folder = '', identity = ''] = process.argv.slice(2)

async function writeForever(): Promise<void> {
  await using repository = await openRepository({ folder, keys: keyStore(identity), log: quietLog() })
  for (;;) {
    const meta = metaOf()
    await using writer = await repository.begin(meta)
    const files: SnapshotFile[] = []
    for (let number = 0; number < 30; number++) {
      const content = randomBytes(1 + Math.floor(Math.random() * 300_000))
      await putContent(writer, content)
      files.push(fileOf({ path: `file-${number}`, content }))
    }
    process.stdout.write(`writing ${meta.id}\n`)
    const { id } = await writer.finish(manifestOf(meta, files))
    process.stdout.write(`finished ${id}\n`)
  }
}

/** Stores 1 GiB in chunks of 4 MiB and 5,000 small ones; prints time and memory. */
async function measure(): Promise<void> {
  const keys = keyStore()
  await using repository = await openRepository({ folder, keys, log: quietLog() })
  const block = randomBytes(CHUNK_BYTES)
  const meta = metaOf()
  const files: SnapshotFile[] = []
  await using writer = await repository.begin(meta)
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let peak = before
  let warm = before
  let storingMs = 0
  const cpuBefore = process.cpuUsage()
  const store = async (content: Buffer, path: string) => {
    const [chunk] = chunksOf(content)
    if (chunk === undefined) return
    files.push({
      ...fileOf({ path, content: Buffer.alloc(0) }),
      size: content.length,
      sha256: chunk.sha256,
      chunks: [chunk.sha256],
    })
    const started = performance.now()
    await writer.put(chunk.sha256, { encoding: 0, bytes: content }, content.length)
    storingMs += performance.now() - started
    peak = Math.max(peak, process.memoryUsage().rss)
  }
  for (let number = 0; number < 256; number++) {
    block.writeUInt32BE(number, 0)
    if (number === 64) warm = peak
    await store(block, `big-${number}`) // the same buffer again and again, so that what grows is not the test's own
  }
  const small = randomBytes(2000)
  for (let number = 0; number < 5000; number++) {
    small.writeUInt32BE(number, 0)
    await store(small, `small-${number}`)
  }
  const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5)
  const started = performance.now()
  await writer.finish(manifestOf(meta, files))
  const finishingMs = performance.now() - started
  clearInterval(sampler)
  const { user, system } = process.cpuUsage(cpuBefore)
  const cpuMs = (user + system) / 1000
  process.stdout.write(
    `${JSON.stringify({ storingMs, finishingMs, cpuMs, grownBytes: peak - before, warmBytes: warm - before })}\n`,
  )
}

if (task === 'write') await writeForever()
else await measure()
