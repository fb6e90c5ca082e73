import { setTimeout as sleep } from 'node:timers/promises'
import type { ProfileFacts } from '../../shared/survey'
import { SECOND } from '../../shared/units'
import { gatewayService } from '../openclaw/commands'
import { installOf, profileOf } from '../plan/facts'
import { done, type Performer } from './types'

/** A task of Windows has no main process: there it is the gateway's own that counts. */
function runsIn(profile: ProfileFacts): boolean {
  const service = gatewayService(profile)
  const pid = service?.manager === 'task-scheduler' ? profile.gateway.pid : service?.mainPid
  return (pid ?? 0) > 0
}

/** Asks a gateway for its health until it says it is live, and that its own service answers with the expected version. */
export const http: Performer<'http'> = async (action, context, means) => {
  const until = performance.now() + context.limitMs - 5 * SECOND
  let last = 'Nothing answered.'
  while (performance.now() < until && !context.signal.aborted) {
    const facts = await means.look(action.nodeId, context.signal)
    const profile = profileOf(facts, action.profile)
    const port = profile?.gateway.port
    const version = installOf(facts)?.version ?? 'unknown'
    if (profile !== undefined && port !== null && port !== undefined) {
      const answer = await means.remotes.use(action.nodeId, remote =>
        remote.request('health', { port, path: action.path, limitMs: 5 * SECOND }, { limitMs: 20 * SECOND }),
      )
      const isLive = answer.status === 200 && /"live"/.test(answer.body)
      const isOwn = profile.gateway.foreignListener === null && runsIn(profile)
      if (isLive && isOwn && (action.expectVersion === null || action.expectVersion === version)) {
        return done(`Live on port ${port}, OpenClaw ${version}.`)
      }
      last = !isLive
        ? `Port ${port} ${answer.status === null ? 'does not answer' : `answers ${answer.status}`}.`
        : isOwn
          ? `OpenClaw ${version} answers, ${action.expectVersion ?? ''} was expected.`
          : `Another process answers on port ${port}.`
      context.note(last)
    }
    await sleep(SECOND, undefined, { signal: context.signal }).catch(() => {
      // Aborted: the loop's condition ends it.
    })
  }
  return {
    state: 'failed',
    note: last,
    error: {
      code: 'check-failed',
      message: `The gateway did not come up healthy. ${last}`,
      hint:
        context.plan.platform === 'win32'
          ? 'Its log on the node says why: %TEMP%\\openclaw'
          : 'Its log on the node says why: journalctl --user -u openclaw-gateway',
    },
  }
}
