import type { Api, Command, Output, Reply, Sent, Settings } from '../../../shared/contract'
import { backupAnswers } from './answers-backups'
import { nodeAnswers } from './answers-nodes'
import { planAnswers } from './answers-plans'
import { watchAnswers } from './answers-watch'
import { fixtureAudit } from './fixture-audit'
import { emit, info, listen, Refusal, state, type Answers } from './fixture-state'

/** What specs may look at: every call, in order. */
export interface HarnessTrace {
  readonly calls: readonly { readonly command: string; readonly input: unknown }[]
  /** Drops the calls, so that what is left in memory is the window's own. */
  forget(): void
  /** Announces an event, as main would. */
  readonly emit: typeof emit
}

declare global {
  interface Window {
    harness: HarnessTrace
  }
}

const calls: { command: string; input: unknown }[] = []
window.harness = { calls, forget: () => void calls.splice(0), emit }

const answers: Answers = {
  'app.info': info,
  'app.openExternal': () => undefined,
  'settings.get': () => state.settings,
  'settings.set': change => {
    state.settings = { ...state.settings, ...change } as Settings
    return state.settings
  },
  ...nodeAnswers,
  ...backupAnswers,
  ...planAnswers,
  ...watchAnswers,
  'audit.list': ({ before: seq }) => {
    const entries = fixtureAudit().filter(entry => seq === undefined || entry.seq < seq)
    return entries.slice(0, 30)
  },
}

const api: Api = {
  async invoke<C extends Command>(command: C, input: Sent<C>): Promise<Reply<Output<C>>> {
    calls.push({ command, input: structuredClone(input) })
    try {
      return { ok: true, value: structuredClone(await answers[command](input)) }
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, error: error.problem }
      throw error
    }
  },
  on: listen,
}

Object.defineProperty(window, 'api', { value: api })
