import { refOfStatePath } from '../../shared/agent-dirs'
import { AppError } from '../../shared/errors'
import { MINUTE } from '../../shared/units'
import type { RemoteClient } from '../remote/types'

/** Texts on a node, by their path relative to a state directory (`statePathOf`). What is absent, or too large to be asked for, is left out. */
export async function readTexts(
  remote: RemoteClient,
  roots: Readonly<Record<string, string>>,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const path of paths) {
    const answer = await remote
      .request('text', { roots, file: refOfStatePath(path, roots) }, { limitMs: MINUTE })
      .catch((error: unknown) => {
        // A text too large for a preview is still rewritten when it is carried.
        if (error instanceof AppError && error.code === 'output-too-large') return { contentBase64: null }
        throw error
      })
    if (answer.contentBase64 !== null) texts.set(path, Buffer.from(answer.contentBase64, 'base64').toString('utf8'))
  }
  return texts
}
