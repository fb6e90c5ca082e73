import { Resvg } from '@resvg/resvg-js'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { TRAY_STATES, trayIcons, type TrayIconState } from '../../build/tray-icons'
import type { TrayState } from '../../main/shell/tray-state'

/** Raw pixels instead of PNGs, so that images can be compared. */
const render = (svg: string, side: number): Buffer =>
  Buffer.from(new Resvg(svg, { fitTo: { mode: 'width', value: side } }).render().pixels)
const ico = (entries: readonly { readonly side: number }[]): Buffer =>
  Buffer.from(entries.map(({ side }) => String(side)).join())

const svg = await readFile('build/icon.svg', 'utf8')
const iconsOf = (state: TrayIconState): Map<string, Buffer> => new Map(trayIcons(svg, state, { render, ico }))

/** Where something is drawn at all, in whatever colour. */
const shapeOf = (pixels: Buffer): boolean[] =>
  Array.from({ length: pixels.length / 4 }, (_, index) => (pixels[index * 4 + 3] ?? 0) > 100)

describe('the images of the tray', () => {
  test('there is one for each state the tray can be in', () => {
    const states: readonly TrayState[] = TRAY_STATES
    expect(new Set(states).size).toBe(5)
  })

  test('come in every size and scale that each system asks for', () => {
    const icons = iconsOf('critical')
    expect([...icons.keys()].sort()).toEqual(
      [
        'tray-critical.ico',
        'tray-critical.png',
        ...['1.25', '1.5', '2', '3'].map(scale => `tray-critical@${scale}x.png`),
        'tray-criticalTemplate.png',
        'tray-criticalTemplate@2x.png',
        'tray-criticalTemplate@3x.png',
      ].sort(),
    )
    expect(icons.get('tray-critical.ico')?.toString()).toBe('16,20,24,32,40,48,64')
  })

  test('are told apart by shape alone at the smallest size', () => {
    const shapes = TRAY_STATES.map(state => shapeOf(iconsOf(state).get(`tray-${state}Template.png`) ?? Buffer.alloc(0)))
    for (const [index, left] of shapes.entries()) {
      expect(left).toHaveLength(18 * 18)
      for (const right of shapes.slice(index + 1)) {
        const different = left.filter((isDrawn, pixel) => isDrawn !== right[pixel]).length
        expect(different).toBeGreaterThanOrEqual(12)
      }
    }
  })

  test('are black with transparency where macOS colours them', () => {
    const pixels = iconsOf('attention').get('tray-attentionTemplate@2x.png') ?? Buffer.alloc(0)
    for (let at = 0; at < pixels.length; at += 4) expect([...pixels.subarray(at, at + 3)]).toEqual([0, 0, 0])
  })
})
