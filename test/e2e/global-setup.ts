import { bundleHost } from '../../build/bundle-host'
import { bundleStub } from '../host/stub/bundle'

/** Specs need the host and the stub app; the app itself is built before (`npm run build`). */
export default async function setup(): Promise<void> {
  await Promise.all([bundleHost(), bundleStub()])
}
