import { readFileSync, statSync } from 'node:fs'
import { findNewest } from '../../../main/watch/fetch-newest'
import { tempFolder } from '../../helpers/temp'
import type { CleanYard } from './litter'

/** Fetches the newest orphan of a folder, and reads the copy. @throws Error when others may read it too. */
export async function fetchNewest(yard: CleanYard, folder: string): Promise<Buffer> {
  using place = tempFolder()
  const file = place.join('newest.json')
  await (await findNewest(yard.services, yard.nodeId, folder)).write(file)
  if ((statSync(file).mode & 0o077) !== 0) throw new Error('Others may read it.')
  return readFileSync(file)
}
