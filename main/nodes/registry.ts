import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../shared/errors'
import { NodeInput, NodeRecord } from '../../shared/node'
import { jsonOf, type Store } from '../store/database'

/** What changed in the registry. */
export type RegistryChange =
  { readonly kind: 'saved'; readonly record: NodeRecord } | { readonly kind: 'removed'; readonly nodeId: string }

/** The nodes OCM manages. Holds no secret. */
export interface Registry {
  /** All nodes, by label. */
  list(): readonly NodeRecord[]
  /** @throws AppError `not-found`. */
  get(nodeId: string): NodeRecord
  /** @throws AppError `bad-input` for a field that does not fit or a label in use. */
  add(input: z.input<typeof NodeInput>, options?: { readonly isDemo?: boolean }): NodeRecord
  /** @throws AppError `not-found`, `bad-input`. */
  edit(nodeId: string, input: z.input<typeof NodeInput>): NodeRecord
  /** A copy under a free label, without protection. Secrets and host key are not copied. */
  duplicate(nodeId: string): NodeRecord
  /** Forgets the node; nothing changes on the machine. @throws AppError `not-found`, `protected`. */
  remove(nodeId: string): void
  setProtected(nodeId: string, isProtected: boolean): NodeRecord
}

const Row = z.object({ json: jsonOf(NodeRecord) })
const MAX_LABEL = 64

/** The registry in OCM's database. `onChange` hears of each change after it is stored. */
export function createRegistry(store: Store, onChange: (change: RegistryChange) => void = () => undefined): Registry {
  const list = () => store.all(Row, 'SELECT json FROM nodes ORDER BY label').map(row => row.json)

  const get = (nodeId: string): NodeRecord => {
    const [row] = store.all(Row, 'SELECT json FROM nodes WHERE id = ?', nodeId)
    if (!row) throw new AppError('not-found', 'This node is not in OCM (any more).', { hint: 'Refresh the list.' })
    return row.json
  }

  const save = (record: NodeRecord): NodeRecord => {
    refuseTakenLabel(list(), record)
    store.run(
      `INSERT INTO nodes (id, label, created_at, json) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET label = excluded.label, json = excluded.json`,
      record.id,
      record.label,
      record.createdAt,
      JSON.stringify(record),
    )
    onChange({ kind: 'saved', record })
    return record
  }

  const add: Registry['add'] = (input, options = {}) =>
    save({
      ...parseInput(input),
      id: randomUUID(),
      createdAt: new Date().toISOString(),
      isDemo: options.isDemo ?? false,
    })

  return {
    list,
    get,
    add,
    edit: (nodeId, input) => save({ ...get(nodeId), ...parseInput(input) }),
    duplicate: nodeId => {
      const { label, isDemo, ...rest } = get(nodeId)
      return add({ ...rest, label: freeLabel(list(), label), isProtected: false }, { isDemo })
    },
    remove: nodeId => {
      if (get(nodeId).isProtected) {
        throw new AppError('protected', 'This node is protected.', { hint: 'Switch its protection off first.' })
      }
      store.run('DELETE FROM nodes WHERE id = ?', nodeId)
      onChange({ kind: 'removed', nodeId })
    },
    setProtected: (nodeId, isProtected) => save({ ...get(nodeId), isProtected }),
  }
}

function parseInput(input: unknown): NodeInput {
  const parsed = NodeInput.safeParse(input)
  if (parsed.success) return { ...parsed.data, tags: [...new Set(parsed.data.tags)] }
  const problems = parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)
  throw new AppError('bad-input', `These details do not fit: ${problems.join('; ')}`, {
    hint: 'Correct them and save again.',
  })
}

function refuseTakenLabel(nodes: readonly NodeRecord[], record: NodeRecord): void {
  const isTaken = nodes.some(node => node.id !== record.id && node.label.toLowerCase() === record.label.toLowerCase())
  if (isTaken) {
    throw new AppError('bad-input', `Another node is already called "${record.label}".`, {
      hint: 'Choose another name.',
    })
  }
}

function freeLabel(nodes: readonly NodeRecord[], label: string): string {
  const taken = new Set(nodes.map(node => node.label.toLowerCase()))
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? ' copy' : ` copy ${number}`
    const candidate = label.slice(0, MAX_LABEL - suffix.length) + suffix
    if (!taken.has(candidate.toLowerCase())) return candidate
  }
}
