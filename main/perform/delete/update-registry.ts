import type { ProofRow } from '../../../shared/plan'
import { done } from '../types'
import { forgetOnPeers } from './forget-on-peers'
import type { VerbPerformer } from './part'

/**
 * Takes the node off OCM's list, once it is proven that nothing of OpenClaw is left and only then; before that, the ticked
 * records of it off other nodes.
 */
export const updateRegistry: VerbPerformer = async part => {
  const { nodeId, deletion, context, means } = part
  const { plan, steps } = context.operation()
  const verify = plan.steps.find(({ action }) => action.type === 'delete' && action.verb === 'verify')
  const isProven = steps.some(({ stepId, state }) => stepId === verify?.id && state === 'done')
  if (!isProven) {
    return {
      state: 'failed',
      note: 'It is not proven that nothing is left, so the node stays on the list.',
      error: {
        code: 'check-failed',
        message: 'It is not proven that nothing is left, so the node stays on the list.',
        hint: 'Try what is left again.',
      },
    }
  }
  const told = (await forgetOnPeers(part)).map(sentenceOf)
  if (!deletion.isWhole)
    return done([...told, 'Something of OpenClaw stays on the node, so it stays on the list.'].join(' '))
  await means.registrar.forget(nodeId)
  return done([...told, 'The node is off the list, with its host key and its secrets.'].join(' '))
}

function sentenceOf({ what, found, byHand }: ProofRow): string {
  return byHand === undefined
    ? `${what}: ${found}.`
    : `${what}: ${found}. Left to you: ${byHand.command ?? byHand.text}`
}
