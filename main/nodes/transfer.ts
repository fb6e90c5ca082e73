import { z } from 'zod'
import { AppError, toPublic } from '../../shared/errors'
import { HostKey, NodeInput } from '../../shared/node'
import { FINGERPRINT, type HostKeys } from '../ssh/host-keys'
import type { Registry } from './registry'

/** What exporting and importing works on. */
export interface TransferParts {
  readonly registry: Registry
  readonly hostKeys: Pick<HostKeys, 'get' | 'replace'>
}

const FORMAT = 'ocm-nodes'
const VERSION = 1
/** More is no list of nodes. */
const MAX_CHARACTERS = 4 * 1024 * 1024

const ExportedHostKey = HostKey.extend({ fingerprint: z.string().regex(FINGERPRINT, 'Not a SHA-256 fingerprint') })
const ExportedNode = NodeInput.extend({ hostKey: ExportedHostKey.nullable().default(null) })
const Envelope = z.object({ format: z.literal(FORMAT), version: z.number().int(), nodes: z.array(z.unknown()) })
const Named = z.object({ label: z.string() })

/** All nodes as JSON: how to reach them and their trusted host keys. No secrets, and nothing that could hold one. */
export function exportNodes({ registry, hostKeys }: TransferParts): string {
  const nodes = registry.list().map(node => ({ ...NodeInput.parse(node), hostKey: hostKeys.get(node.id) }))
  return `${JSON.stringify({ format: FORMAT, version: VERSION, exportedAt: new Date().toISOString(), nodes }, null, 2)}\n`
}

/**
 * Adds the nodes of an export. What cannot be added is named in `skipped` with the reason; the rest goes in.
 *
 * @throws AppError `bad-input` when the text is no export of OCM at all.
 */
export function importNodes(parts: TransferParts, text: string): { added: number; skipped: string[] } {
  const { nodes } = parseEnvelope(text)
  const skipped: string[] = []
  let added = 0
  for (const [index, raw] of nodes.entries()) {
    const problem = importOne(parts, raw)
    if (problem === null) added += 1
    else skipped.push(`${nameOf(raw, index)}: ${problem}`)
  }
  return { added, skipped }
}

function importOne({ registry, hostKeys }: TransferParts, raw: unknown): string | null {
  const parsed = ExportedNode.safeParse(raw)
  if (!parsed.success) return parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  const { hostKey, ...input } = parsed.data
  try {
    const record = registry.add(input)
    if (hostKey) hostKeys.replace(record.id, hostKey)
    return null
  } catch (error) {
    return toPublic(error).message
  }
}

function parseEnvelope(text: string): z.output<typeof Envelope> {
  const hint = 'Choose a file that OCM exported.'
  if (text.length > MAX_CHARACTERS)
    throw new AppError('bad-input', 'The file is too large for a list of nodes.', { hint })
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new AppError('bad-input', 'The file is not JSON.', { hint, cause })
  }
  const envelope = Envelope.safeParse(json)
  if (!envelope.success) throw new AppError('bad-input', 'The file is not a list of nodes from OCM.', { hint })
  if (envelope.data.version > VERSION) {
    throw new AppError('bad-input', 'The file was exported by a newer OCM.', { hint: 'Update OCM first.' })
  }
  return envelope.data
}

function nameOf(raw: unknown, index: number): string {
  const named = Named.safeParse(raw)
  return named.success ? named.data.label.slice(0, 64) : `Entry ${index + 1}`
}
