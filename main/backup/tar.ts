/** Bytes of a tar block: headers are one, contents are padded to whole ones. */
export const BLOCK_BYTES = 512
/** Largest size that fits the eleven octal digits; above it stands in binary, as GNU tar and bsdtar write it. */
const MAX_OCTAL = 8 ** 11 - 1

/** A tar header (ustar) for a regular file. Names here are short and plain. */
export function tarHeader(name: string, bytes: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES)
  header.write(name, 0, 100, 'utf8')
  header.write('0000600\0', 100, 'latin1')
  header.write('0000000\0', 108, 'latin1')
  header.write('0000000\0', 116, 'latin1')
  if (bytes <= MAX_OCTAL) header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  else {
    header.writeUInt8(0x80, 124)
    header.writeBigUInt64BE(BigInt(bytes), 128)
  }
  header.write('00000000000\0', 136, 'latin1')
  header.write('        0', 148, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/** What a header says; null for the empty block at the end and for what is not a regular file's header. */
export function readTarHeader(header: Buffer): { readonly name: string; readonly bytes: number } | null {
  if (header.toString('latin1', 257, 262) !== 'ustar' || header.readUInt8(156) !== 0x30) return null
  const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '')
  const isBinary = header.readUInt8(124) === 0x80
  const bytes = isBinary ? Number(header.readBigUInt64BE(128)) : parseInt(header.toString('latin1', 124, 135), 8)
  return Number.isSafeInteger(bytes) && bytes >= 0 ? { name, bytes } : null
}

/** Bytes the content takes, padding included. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
}
