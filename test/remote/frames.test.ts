import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../shared/backup'
import { createFrameSender, FrameParser, frameHeader, OversizedFrame, type Frame } from '../../shared/frames'
import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES, WINDOW_BYTES } from '../../shared/stream'
import { FrameQueue, SendWindow } from '../../shared/window'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

describe('frames', () => {
  test('come out as they went in, however the stream is cut', () => {
    const stream = new PassThrough({ highWaterMark: 1024 * 1024 })
    const send = createFrameSender(stream)
    const sent = ['', 'a', 'x'.repeat(5_000), 'ünï', '']
    for (const [index, payload] of sent.entries()) void send(index + 1, 2 ** 32 - 1 - index, Buffer.from(payload))
    const whole = stream.read() as Buffer
    for (const size of [1, 7, 9, 4096, whole.length]) {
      const parser = new FrameParser()
      const frames = []
      for (let at = 0; at < whole.length; at += size) frames.push(...parser.push(whole.subarray(at, at + size)))
      expect(frames.map(({ payload }) => text(payload))).toEqual(sent)
      expect(frames.map(({ kind, id }) => [kind, id])).toEqual(
        sent.map((_payload, index) => [index + 1, 2 ** 32 - 1 - index]),
      )
    }
  })

  test('of chunks use memory again that was given back, and only that', () => {
    const parser = new FrameParser()
    const next = (fill: number, length: number): Frame => {
      const [frame] = parser.push(Buffer.concat([frameHeader(4, 1, length), Buffer.alloc(length, fill)]))
      if (frame === undefined) throw new Error('no frame')
      expect(Buffer.alloc(length, fill).equals(frame.payload)).toBe(true)
      return frame
    }
    const [first, second, short] = [next(1, CHUNK_BYTES + 1), next(2, CHUNK_BYTES), next(3, 1_000)]
    expect(first.payload.buffer).not.toBe(second.payload.buffer)
    parser.recycle(first)
    parser.recycle(short)
    const third = next(4, CHUNK_BYTES - 1)
    expect(third.payload.buffer).toBe(first.payload.buffer)
    expect(next(5, CHUNK_BYTES).payload.buffer).not.toBe(third.payload.buffer)
    expect(second.payload.every(byte => byte === 2)).toBe(true)
  })

  test('longer than allowed are refused before any of their bytes are kept', () => {
    expect(() => new FrameParser().push(frameHeader(1, 1, MAX_FRAME_BYTES + 1))).toThrow(OversizedFrame)
    expect(new FrameParser().push(frameHeader(1, 1, MAX_FRAME_BYTES))).toEqual([])
  })

  test('take a few bytes in front of their payload', async () => {
    const stream = new PassThrough()
    await createFrameSender(stream)(4, 7, Buffer.from('payload'), Buffer.of(1, 2))
    const [frame] = new FrameParser().push(stream.read() as Buffer)
    expect(frame).toMatchObject({ kind: 4, id: 7, payload: new Uint8Array(Buffer.from('\u0001\u0002payload')) })
  })

  test('wait for a reader that is slow', async () => {
    const stream = new PassThrough({ highWaterMark: 100 })
    const send = createFrameSender(stream)
    let isSent = false
    const sending = send(1, 1, Buffer.alloc(200)).then(() => (isSent = true))
    await new Promise(resolve => setImmediate(resolve))
    expect(isSent).toBe(false)
    stream.resume()
    expect(await sending).toBe(true)
  })

  test('to a reader that is gone are dropped', async () => {
    const stream = new PassThrough({ highWaterMark: 1 })
    const send = createFrameSender(stream)
    const stuck = send(1, 1, Buffer.alloc(10))
    stream.destroy()
    await stuck
    await send(1, 1, Buffer.alloc(10))
  })
})

describe('the window', () => {
  test('holds a sender until the reader consumed something', async () => {
    const window = new SendWindow()
    await window.take(WINDOW_BYTES)
    let isThrough = false
    const waiting = window.take(1).then(() => (isThrough = true))
    await Promise.resolve()
    expect(isThrough).toBe(false)
    window.acknowledge(1)
    expect(await waiting).toBe(true)
  })

  test('lets everybody go when the request is over', async () => {
    const window = new SendWindow()
    await window.take(WINDOW_BYTES)
    const waiting = window.take(1)
    window.close()
    await waiting
  })
})

describe('the queue', () => {
  test('acknowledges a frame only when the next one is asked for', async () => {
    const consumed: number[] = []
    const queue = new FrameQueue<string>(bytes => consumed.push(bytes))
    queue.push('a', 1)
    queue.push('b', 2)
    queue.end()
    const seen: string[] = []
    for await (const value of queue) {
      seen.push(value)
      expect(consumed).toEqual(value === 'a' ? [] : [1])
    }
    expect([seen, consumed]).toEqual([
      ['a', 'b'],
      [1, 2],
    ])
  })

  test('says when a peer does not keep to the window', () => {
    const queue = new FrameQueue<number>(() => undefined)
    expect(queue.push(1, WINDOW_BYTES + MAX_FRAME_BYTES + FRAME_HEADER_BYTES)).toBe(true)
    expect(queue.push(2, 1)).toBe(false)
  })

  test('hands a failure to whoever waits', async () => {
    const queue = new FrameQueue<number>(() => undefined)
    const next = queue[Symbol.asyncIterator]().next()
    queue.fail(new Error('cut'))
    await expect(next).rejects.toThrow('cut')
  })
})
