/** Whether tests on real machines run here, may be left out with a word of why, or must fail. */
import { skips } from '../helpers/requirement.ts'
import { fleetObstacle } from './host.ts'

/** For `describe.skipIf(skipsFleet())`: false where machines can run; else see {@link skips}. */
export const skipsFleet = (): boolean => skips('real machines', fleetObstacle())
