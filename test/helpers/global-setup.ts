import { bundleRemote } from '../../build/bundle'

/** Tests that start the remote program need it as it is shipped: one bundled string. */
export default async function setup(): Promise<void> {
  await bundleRemote()
}
