/** Draws every icon of the app from `build/icon.svg` into `out/icons`: PNGs, an .ico, an .icns and the tray's images. */
import { Resvg } from '@resvg/resvg-js'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TRAY_STATES, trayIcons } from './tray-icons.ts'

const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256]
const LINUX_SIZES = [16, 32, 48, 64, 128, 256, 512]
/** Apple's names for PNG entries, by side in pixels. @see the Apple Icon Image format */
const ICNS_TYPES: readonly (readonly [string, number])[] = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
]

/** Writes all icons. */
export async function makeIcons(folder = 'out/icons'): Promise<void> {
  const svg = await readFile('build/icon.svg', 'utf8')
  const draw = (side: number): Buffer => render(svg, side)
  const files = new Map<string, Buffer>([
    ['icon.png', draw(1024)],
    ['icon.ico', ico(ICO_SIZES.map(side => ({ side, png: draw(side) })))],
    ['icon.icns', icns(ICNS_TYPES.map(([type, side]) => ({ type, png: draw(side) })))],
    ...TRAY_STATES.flatMap(state => trayIcons(svg, state, { render, ico })),
    ...LINUX_SIZES.map(side => [`linux/${side}x${side}.png`, draw(side)] as const),
  ])
  await mkdir(join(folder, 'linux'), { recursive: true })
  await Promise.all([...files].map(([name, data]) => writeFile(join(folder, name), data)))
}

function render(svg: string, side: number): Buffer {
  return Buffer.from(new Resvg(svg, { fitTo: { mode: 'width', value: side } }).render().asPng())
}

/** An .ico of PNG entries. A side of 256 is written as 0. */
function ico(entries: readonly { readonly side: number; readonly png: Buffer }[]): Buffer {
  const header = Buffer.alloc(6 + 16 * entries.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(entries.length, 4)
  let offset = header.length
  for (const [index, { side, png }] of entries.entries()) {
    const at = 6 + 16 * index
    header.writeUInt8(side % 256, at)
    header.writeUInt8(side % 256, at + 1)
    header.writeUInt16LE(1, at + 4)
    header.writeUInt16LE(32, at + 6)
    header.writeUInt32LE(png.length, at + 8)
    header.writeUInt32LE(offset, at + 12)
    offset += png.length
  }
  return Buffer.concat([header, ...entries.map(({ png }) => png)])
}

/** An .icns: type, length with its own header, data; all in one envelope. */
function icns(entries: readonly { readonly type: string; readonly png: Buffer }[]): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(8)
    head.write(type, 'latin1')
    head.writeUInt32BE(data.length + 8, 4)
    return Buffer.concat([head, data])
  }
  return chunk('icns', Buffer.concat(entries.map(({ type, png }) => chunk(type, png))))
}

if (import.meta.main) await makeIcons()
