/** Milliseconds in one second. */
export const SECOND = 1000
/** Milliseconds in one minute. */
export const MINUTE = 60 * SECOND
/** Milliseconds in one hour. */
export const HOUR = 60 * MINUTE
/** Bytes in one KiB. */
export const KIB = 1024
/** Bytes in one MiB. */
export const MIB = 1024 * KIB
/** Bytes in one GiB. */
export const GIB = 1024 * MIB
