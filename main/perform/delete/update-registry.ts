import { done } from '../types'
import type { VerbPerformer } from './part'

/** Takes the node off OCM's list, once it is proven that nothing of OpenClaw is left and only then. */
export const updateRegistry: VerbPerformer = async ({ nodeId, deletion, context, means }) => {
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
  if (!deletion.isWhole) return done('Other profiles stay on the node, so it stays on the list.')
  await means.registrar.forget(nodeId)
  return done('The node is off the list, with its host key and its secrets.')
}
