import type { Handlers } from '../dispatch'
import { handleOrphans } from './orphans'
import { handleSample } from './sample'
import { handleSweep } from './sweep'
import { handlePurge, handlePutBack } from './undo'

/** Answers to the requests of watching and cleaning up. */
export const watchHandlers: Handlers = {
  sample: handleSample,
  orphans: handleOrphans,
  sweep: handleSweep,
  putBack: handlePutBack,
  purge: handlePurge,
}
