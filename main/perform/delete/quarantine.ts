import type { Performer } from '../types'

/** Keeps a stopped node for its deletion later, or brings it back. */
export const quarantine: Performer<'quarantine'> = ({ verb }) => Promise.reject(new Error(`no such step yet: ${verb}`))
