/** What the tray's icon can say. Mirrors `main/shell/tray-state.ts`, which picks one of them. */
export const TRAY_STATES = ['fine', 'attention', 'critical', 'paused', 'offline'] as const
export type TrayIconState = (typeof TRAY_STATES)[number]

/** What draws: an SVG at so many pixels, and an .ico of several sizes. */
interface Means {
  readonly render: (svg: string, side: number) => Buffer
  readonly ico: (entries: readonly { readonly side: number; readonly png: Buffer }[]) => Buffer
}

/** Sides that Windows asks for at 100, 125, 150, 200, 250, 300 and 400 %. */
const WINDOWS_SIDES = [16, 20, 24, 32, 40, 48, 64]
/** The panels of Linux show 22 to 24 pixels; Electron picks by these suffixes. */
const LINUX_SCALES = [1, 1.25, 1.5, 2, 3]
const LINUX_SIDE = 24
const MAC_SIDE = 18

const COLORS: Readonly<Record<Exclude<TrayIconState, 'fine'>, string>> = {
  attention: '#f2a31b',
  critical: '#e5383b',
  paused: '#3b4048',
  offline: '#3b4048',
}

/** The tray's images of one state, by file name: .ico for Windows, PNGs for Linux, a template image for macOS. */
export function trayIcons(svg: string, state: TrayIconState, { render, ico }: Means): [string, Buffer][] {
  const colored = coloredOf(svg, state)
  const template = templateOf(svg, state)
  return [
    [`tray-${state}.ico`, ico(WINDOWS_SIDES.map(side => ({ side, png: render(colored, side) })))],
    ...LINUX_SCALES.map((scale): [string, Buffer] => [
      `tray-${state}${scale === 1 ? '' : `@${scale}x`}.png`,
      render(colored, LINUX_SIDE * scale),
    ]),
    [`tray-${state}Template.png`, render(template, MAC_SIDE)],
    [`tray-${state}Template@2x.png`, render(template, MAC_SIDE * 2)],
    [`tray-${state}Template@3x.png`, render(template, MAC_SIDE * 3)],
  ]
}

/** The plate to the edge of the canvas, grey while nothing is watched, with the state's shape in its corner. */
function coloredOf(svg: string, state: TrayIconState): string {
  const whole = svg.replace('viewBox="0 0 1024 1024"', 'viewBox="64 64 896 896"')
  if (state === 'fine') return whole
  const isOff = state === 'paused' || state === 'offline'
  const plate = isOff ? whole.replace('#3f7bf0', '#a3a8b0').replace('#2450b8', '#7d838c') : whole
  // Dark shapes need a ground of their own on dark panels; the others stand off by their colour.
  const ground = isOff ? '#fff' : null
  return withBadge(plate, state, { x: 716, y: 716, radius: 224, color: COLORS[state], ground })
}

/** The mark alone in black: macOS colours template images itself. The canvas shrinks to what is drawn. */
function templateOf(svg: string, state: TrayIconState): string {
  const bare = svg.replace(/<rect id="plate"[^>]*\/>/, '').replaceAll('#fff', '#000')
  if (bare === svg) throw new Error('build/icon.svg has no plate to take away')
  const cropped = bare.replace('viewBox="0 0 1024 1024"', 'viewBox="176 188 684 684"')
  return state === 'fine'
    ? cropped
    : withBadge(cropped, state, { x: 676, y: 692, radius: 166, color: '#000', ground: null })
}

interface Badge {
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly color: string
  /** What lies under the shape; null for nothing. */
  readonly ground: string | null
}

/** Puts the state's shape over the drawing, with a clear ring around it so that it stands off at any size. */
function withBadge(svg: string, state: TrayIconState, { x, y, radius, color, ground }: Badge): string {
  const hole =
    '<mask id="clear" maskUnits="userSpaceOnUse" x="0" y="0" width="1024" height="1024">' +
    `<rect width="1024" height="1024" fill="white"/><circle cx="${x}" cy="${y}" r="${radius * 1.3}" fill="black"/></mask>`
  const badge = `<g transform="translate(${x} ${y}) scale(${radius / 100})" color="${color}"><use href="#state-${state}"/></g>`
  const under = ground === null ? '' : `<circle cx="${x}" cy="${y}" r="${radius * 1.22}" fill="${ground}"/>`
  const [defs, drawn] = svg.split('</defs>')
  if (drawn === undefined) throw new Error('build/icon.svg has no definitions to draw a state from')
  return `${defs}${hole}</defs><g mask="url(#clear)">${drawn.replace('</svg>', '')}</g>${under}${badge}</svg>`
}
