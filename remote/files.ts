import { handleCommit } from './commit'
import { handleEditStaged } from './edit-staged'
import { handleFinish } from './finish'
import { handleHash } from './hash'
import { handleRead } from './read'
import { handleRelease } from './release'
import { handleRemove } from './remove'
import { handleRemoveEmpty } from './remove-empty'
import { handleRollBack } from './roll-back'
import { handleSearch } from './search'
import { handleStage } from './stage'
import { handleStaged } from './staged'
import { handleText } from './text'
import { handleWalk } from './walk'
import type { Handler } from './handler'
import type { RequestName } from '../shared/protocol'

/** Everything the remote program does with files. */
export const fileHandlers = {
  walk: handleWalk,
  read: handleRead,
  hash: handleHash,
  release: handleRelease,
  text: handleText,
  stage: handleStage,
  staged: handleStaged,
  editStaged: handleEditStaged,
  commit: handleCommit,
  rollBack: handleRollBack,
  finish: handleFinish,
  search: handleSearch,
  remove: handleRemove,
  removeEmpty: handleRemoveEmpty,
} satisfies { readonly [R in RequestName]?: Handler<R> }
