/** The same bytes as a Buffer, not copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A value as the payload of a frame. */
export function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8')
}

/** The value of a JSON payload. @throws SyntaxError */
export function parseJson(payload: Uint8Array): unknown {
  return JSON.parse(asBuffer(payload).toString('utf8'))
}

/** The payload of an `ack` frame. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
