import type { DeletionPeer } from '../../../shared/deletion'
import { AppError, toPublic } from '../../../shared/errors'
import type { ProofRow } from '../../../shared/plan'
import { MINUTE, SECOND } from '../../../shared/units'
import { peerByHand, peerName, tickedPeers } from '../../deletion/peers'
import { openclawCommand, unpairCommands } from '../../openclaw/commands'
import { installOf } from '../../plan/facts'
import type { ExecResult } from '../../ssh/types'
import { lastLine, onPlatform, run, type Running } from './commands'
import type { Part } from './part'

/** So long for one record on another node, ms. */
export const PEER_LIMIT_MS = MINUTE
/** OpenClaw asks its gateway, which it gives up on after 10 s. */
const COMMAND_MS = 20 * SECOND

/** How one record ended; `found` is for people. */
type Ended = Pick<ProofRow, 'found' | 'verdict'>

/**
 * Removes the ticked records that other nodes keep of this one, with OpenClaw's own command there. What fails is left to the
 * person by name and command, and never stops the deletion. A record that has its row in the proof is not tried again.
 */
export async function forgetOnPeers(part: Part): Promise<readonly ProofRow[]> {
  const { deletion, context } = part
  const rows: ProofRow[] = []
  for (const peer of tickedPeers(deletion)) {
    const what = peerName(peer)
    const before = context.operation().proof.find(row => row.what === what)
    if (before === undefined) {
      context.note(what)
      const ended = await forgetOn(part, peer)
      const row = rowOf(peer, ended)
      context.saveProof([row])
      rows.push(row)
    } else rows.push(before)
  }
  return rows
}

function rowOf(peer: DeletionPeer, ended: Ended): ProofRow {
  const row = { what: peerName(peer), expected: 'removed', ...ended }
  if (ended.verdict === 'proven') return row
  return { ...row, byHand: peerByHand(peer, `${peerName(peer)}: ${ended.found}.`) }
}

/** Takes the other node for a moment, so that no run there meets this one. */
async function forgetOn({ context, means }: Part, peer: DeletionPeer): Promise<Ended> {
  using hold = means.borrow(peer.nodeId, context.operationId)
  if (hold === null) return { found: 'not tried, because a run is under way there', verdict: 'unknown' }
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(PEER_LIMIT_MS)])
  const there: Running = { nodeId: peer.nodeId, means, context: { ...context, signal } }
  const begun = `peer:${peerName(peer)}`
  try {
    if (!(await isKnown(there, peer))) {
      // Begun before, by a run that was killed before it could note how it ended: then it was this run that removed it.
      return { found: context.data(begun) === null ? 'was not there any more' : 'removed', verdict: 'proven' }
    }
    context.saveData(begun, 'true')
    return await remove(there, peer)
  } catch (error) {
    return { found: `could not be removed: ${toPublic(error).message}`, verdict: 'unknown' }
  }
}

/** The exit status of a command is an answer; what the node knows afterwards decides. */
async function remove(there: Running, peer: DeletionPeer): Promise<Ended> {
  const facts = await there.means.look(there.nodeId, there.context.signal)
  const install = installOf(facts)
  if (install === null) throw new AppError('openclaw-missing', 'OpenClaw was not found there.')
  let said = ''
  for (const words of unpairCommands(peer.deviceId)) {
    const result = await run(
      onPlatform(there, facts.survey.os.platform),
      facts.survey.os.uid,
      openclawCommand(install, peer.profile, words),
      COMMAND_MS,
    )
    if (!(await isKnown(there, peer))) return { found: 'removed', verdict: 'proven' }
    if (said === '') said = reasonIn(result)
  }
  return { found: `still there: ${said}`, verdict: 'differs' }
}

/** OpenClaw says why in a line of its own, or in its first one; help for people follows. */
function reasonIn({ stderr, code }: ExecResult): string {
  const [first = ''] = stderr.trim().split('\n')
  return lastLine({ code, stderr: /^\[openclaw\] Reason: (.+)$/m.exec(stderr)?.[1] ?? first })
}

/** @throws AppError when it cannot be told. */
async function isKnown({ nodeId, means, context }: Running, { profile, deviceId }: DeletionPeer): Promise<boolean> {
  const { known, notRead } = await means.remotes.use(
    nodeId,
    remote => remote.request('pairings', {}, { limitMs: COMMAND_MS, signal: context.signal }),
    context.signal,
  )
  if (known.some(one => one.profile === profile && one.deviceId === deviceId)) return true
  if (notRead.includes(profile)) throw new AppError('bad-answer', 'Its list of paired devices could not be read.')
  return false
}
