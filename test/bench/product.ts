/** What the benches use of the product, bundled by `load.ts`: its imports have no endings, which Node alone cannot follow. */
export { createServices, type Services } from '../../main/services'
export { cryptoInUse } from '../../main/ssh/crypto'
export { Component } from '../../shared/components'
export { startDemoFleet } from '../demo/fleet'
