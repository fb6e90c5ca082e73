import type { Performer } from '../types'

/** Carries out one of the eleven steps of a deletion. */
export const deletion: Performer<'delete'> = ({ verb }) => Promise.reject(new Error(`no such step yet: ${verb}`))
