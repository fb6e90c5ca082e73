import { z } from 'zod'
import { AppError } from '../../shared/errors'
import type { NodeRecord } from '../../shared/node'
import {
  NodeWatch,
  WatchConfig,
  type NodeWatchChange,
  type RuleChanges,
  type WatchConfigChange,
} from '../../shared/watch'
import { rulesFor } from './config'
import type { WatchStore } from './store'

/** Stands for any node without settings of its own. */
const NOBODY = ''

/** How the fleet is watched, checked as a whole before it is stored. */
export class WatchSettings {
  #config: WatchConfig

  constructor(
    private readonly store: WatchStore,
    private readonly registry: { get(nodeId: string): NodeRecord },
  ) {
    this.#config = store.config()
  }

  get(): WatchConfig {
    return this.#config
  }

  /** @throws AppError `bad-input` naming what is wrong. */
  change(change: WatchConfigChange): WatchConfig {
    return this.#save({ ...this.#config, ...defined(change) })
  }

  /** @throws AppError `not-found`, `bad-input` naming what is wrong. */
  changeNode(nodeId: string, change: NodeWatchChange): WatchConfig {
    this.registry.get(nodeId)
    const merged = { ...this.#ofNode(nodeId), ...defined(change) }
    const automatic = Object.fromEntries(
      // Whoever switches it on again has read why it was off.
      Object.entries(merged.automatic).map(([kind, one]) => [kind, one.isOn ? { ...one, stoppedBecause: null } : one]),
    )
    return this.#save({ ...this.#config, nodes: { ...this.#config.nodes, [nodeId]: { ...merged, automatic } } })
  }

  forget(nodeId: string): WatchConfig {
    const { [nodeId]: _gone, ...nodes } = this.#config.nodes
    return this.#save({ ...this.#config, nodes })
  }

  /** The settings as if these rules held, for all or for one node. Nothing is stored. @throws AppError `bad-input`. */
  withRules(nodeId: string | null, rules: RuleChanges): WatchConfig {
    if (nodeId === null) return checked({ ...this.#config, rules })
    this.registry.get(nodeId)
    return checked({
      ...this.#config,
      nodes: { ...this.#config.nodes, [nodeId]: { ...this.#ofNode(nodeId), rules } },
    })
  }

  #ofNode(nodeId: string): NodeWatch {
    return this.#config.nodes[nodeId] ?? NodeWatch.parse({})
  }

  #save(config: WatchConfig): WatchConfig {
    const fit = checked(config)
    this.store.saveConfig(fit)
    this.#config = fit
    return fit
  }
}

function checked(config: WatchConfig): WatchConfig {
  const parsed = WatchConfig.safeParse(config)
  if (!parsed.success) {
    throw new AppError('bad-input', `These settings do not fit: ${z.prettifyError(parsed.error)}`, {
      hint: 'Correct them and save again.',
    })
  }
  for (const nodeId of [NOBODY, ...Object.keys(parsed.data.nodes)]) rulesFor(parsed.data, nodeId)
  return parsed.data
}

function defined<T extends object>(change: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(change).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
